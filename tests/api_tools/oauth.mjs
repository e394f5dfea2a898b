// The libraries of Node get a token, use it, and read a refusal; jose checks what they got.
// node oauth.mjs ORIGIN CLIENT_ID CLIENT_SECRET EPOCH_SECONDS: prints what each of them saw.
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as openid from "openid-client";
import { ClientCredentials } from "simple-oauth2";

const [origin, id, secret, seconds] = process.argv.slice(2);
const issuer = `${origin}/identity`;
const scope = "portal:read";

async function discovered(proof) {
  const plain = { algorithm: "oauth2", execute: [openid.allowInsecureRequests] };
  return openid.discovery(new URL(issuer), id, undefined, proof, plain);
}

async function withOpenidClient(proof) {
  const config = await discovered(proof);
  const token = await openid.clientCredentialsGrant(config, { scope });
  const me = new URL(`${origin}/portal/v1/me`);
  const answer = await openid.fetchProtectedResource(config, token.access_token, me, "GET");
  return { token: token.access_token, me: await answer.json() };
}

// With 401 it reads the challenge (RFC 9110), with 400 the error of RFC 6749.
async function refusedOpenidClient() {
  const wrong = await discovered(openid.ClientSecretBasic("wrong"));
  const right = await discovered(openid.ClientSecretBasic(secret));
  const refusals = [
    openid.clientCredentialsGrant(wrong, { scope }),
    openid.clientCredentialsGrant(right, { scope: "platform:admin" }),
  ];
  const [unknown, greedy] = await Promise.allSettled(refusals);
  return [unknown.reason.cause[0].scheme, greedy.reason.error];
}

function simple(secret, authorizationMethod) {
  return new ClientCredentials({
    client: { id, secret },
    auth: { tokenHost: origin, tokenPath: "/identity/v1/token" },
    options: { authorizationMethod },
  });
}

async function withSimpleOauth2(method) {
  return (await simple(secret, method).getToken({ scope })).token;
}

async function refusedSimpleOauth2() {
  return simple("wrong", "header").getToken({ scope }).then(
    () => "nothing",
    (refusal) => refusal.data.payload.error,
  );
}

const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
const checks = { issuer, audience: "art28", typ: "at+jwt", currentDate: new Date(seconds * 1000) };

async function verified(token) {
  const { payload, protectedHeader } = await jwtVerify(token, keys, checks);
  return { algorithm: protectedHeader.alg, client: payload.client_id, scope: payload.scope };
}

const basic = await withOpenidClient(openid.ClientSecretBasic(secret));
const post = await withOpenidClient(openid.ClientSecretPost(secret));
const header = await withSimpleOauth2("header");
const body = await withSimpleOauth2("body");
const tokens = [basic.token, post.token, header.access_token, body.access_token];
console.log(JSON.stringify({
  me: [basic.me.client_id, post.me.client_id],
  lives: [header.expires_in, body.expires_in],
  verified: await Promise.all(tokens.map(verified)),
  refused: [...(await refusedOpenidClient()), await refusedSimpleOauth2()],
}));
