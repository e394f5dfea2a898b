// Passkeys on the pages of Art28. Without this script their forms stay hidden; a link by mail works.
"use strict";
(() => {
  const { PublicKeyCredential, navigator } = window;
  if (!PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;

  const ask = {
    create: (options) => navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
    get: (options) => navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
  };

  const answer = async (form) => {
    const body = new URLSearchParams(new FormData(form));
    const sent = await fetch(form.dataset.options, { method: "POST", body });
    if (!sent.ok) throw new Error(String(sent.status));
    const credential = await ask[form.dataset.passkey](await sent.json());
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    // The answer is a page like any other, also when it says why it was refused.
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      failed.hidden = true;
      answer(form).catch(() => { failed.hidden = false; });
    });
  }
})();
