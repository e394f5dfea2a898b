// The main job by openapi-fetch, with the types that openapi-typescript makes of the document:
// nothing is cast, nothing is worked around, and tsc reads it strictly.
//   node main_job.js ORIGIN DAY VENDOR_ID VENDOR_SECRET CUSTOMER_ID CUSTOMER_SECRET
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const SLUG = "tempus-serva";
const [origin = "", day = "", ...words] = process.argv.slice(2);
const anybody = createClient<paths>({ baseUrl: origin });

function given<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function signedIn(clientId = "", secret = "") {
  const form: components["schemas"]["IdentityTokenForm"] = {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: secret,
  };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const token = given(await anybody.POST("/identity/v1/token", { body: form, headers }));
  const bearer = { Authorization: `Bearer ${token.access_token}` };
  return createClient<paths>({ baseUrl: origin, headers: bearer });
}

type Api = Awaited<ReturnType<typeof signedIn>>;

async function untilThere<Found>(ask: () => Promise<Found | undefined>): Promise<Found> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function announced(vendor: Api) {
  const drafted = given(await vendor.POST("/registry/v1/processors/{slug}/changes", {
    params: { path: { slug: SLUG } },
    body: {
      kind: "add",
      effective_on: day,
      reason: "A new provider",
      sub_processor: {
        legal_name: "Postbud ApS",
        country: "DK",
        purpose: { en: "Sending e-mail" },
        special_categories: false,
        address: { street: "Havnegade 1", postal_code: "1058", city: "København", country: "DK" },
        contact: { name: "Bo Dahl", email: "bo@postbud.example" },
        flow_down: { reference: "SPA-9" },
        locations: [{ kind: "storage", country: "DK" }],
      },
    },
  }));
  const path = { slug: SLUG, change_id: drafted.id };
  const one = "/registry/v1/processors/{slug}/changes/{change_id}";
  const preview = given(await vendor.GET(`${one}/preview`, { params: { path } }));
  const earliest = preview.earliest_effective_on;
  if (preview.possible || earliest === null) throw new Error("ten days are too few");
  const { response } = await vendor.GET(one, { params: { path } });
  const header = { "If-Match": response.headers.get("ETag") ?? "" };
  given(await vendor.PATCH(one, { params: { path, header }, body: { effective_on: earliest } }));
  const done = given(await vendor.POST(`${one}/announce`, { params: { path } }));
  if (drafted.sub_processor === null) throw new Error("an add names whom");
  return { changeId: done.id, entryId: drafted.sub_processor.id };
}

const vendor = await signedIn(words[0], words[1]);
const customer = await signedIn(words[2], words[3]);
const { changeId, entryId } = await announced(vendor);

const path = { change_id: changeId };
await untilThere(async () => {
  const page = given(await customer.GET("/portal/v1/changes"));
  return page.items.find((each) => each.id === changeId);
});
const change = given(await customer.GET("/portal/v1/changes/{change_id}", { params: { path } }));
console.log(change.processor.slug, change.sub_processor?.legal_name, change.status);

const query = { sub_processor_id: entryId };
const gate = given(await customer.GET("/portal/v1/gate", { params: { query } }));
console.log(gate.answer, gate.until);

given(await customer.POST("/portal/v1/changes/{change_id}/objections", {
  params: { path },
  body: { grounds: "location", text: "Not there." },
}));
const objections = "/registry/v1/processors/{slug}/changes/{change_id}/objections";
const seen = given(await vendor.GET(objections, { params: { path: { slug: SLUG, ...path } } }));
console.log(JSON.stringify(seen.items.map((each) => [each.grounds, each.text, each.status])));
