// Passkeys on the pages of login and account. Without this script, and without WebAuthn, the pages work
// as they are; with both, the parts marked `data-passkey` appear. A click asks the server for a question,
// hands it to the browser, and sends the answer as an ordinary form.
"use strict";

(() => {
  const bytes = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  };

  const text = (buffer) => {
    let binary = "";
    for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const withIds = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  /** Asks the server for a question; a refusal is told with its code. */
  async function question(form) {
    const body = new URLSearchParams({ purpose: form.dataset.passkey, csrf: form.elements.csrf?.value ?? "" });
    const answer = await fetch("/passkey/options", { method: "POST", body });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${said.title} ${said.code}`);
    return said;
  }

  async function make(options) {
    const user = { ...options.user, id: bytes(options.user.id) };
    const publicKey = {
      ...options,
      user,
      challenge: bytes(options.challenge),
      excludeCredentials: withIds(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
      },
    };
  }

  async function use(options) {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withIds(options.allowCredentials),
    };
    const used = await navigator.credentials.get({ publicKey });
    const { authenticatorData, clientDataJSON, signature, userHandle } = used.response;
    return {
      id: used.id,
      rawId: text(used.rawId),
      type: used.type,
      response: {
        authenticatorData: text(authenticatorData),
        clientDataJSON: text(clientDataJSON),
        signature: text(signature),
        userHandle: userHandle && userHandle.byteLength > 0 ? text(userHandle) : null,
      },
    };
  }

  async function send(event) {
    event.preventDefault();
    const form = event.target;
    const fault = form.querySelector("[data-fault]");
    const button = form.querySelector("button");
    button.disabled = true;
    fault.hidden = true;
    try {
      const { slip, publicKey } = await question(form);
      const answer = form.dataset.passkey === "enrol" ? await make(publicKey) : await use(publicKey);
      form.elements.slip.value = slip;
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      // What the person did or the authenticator refused has a sentence; what the server said has its own.
      fault.textContent = error instanceof DOMException ? (fault.dataset[error.name] ?? fault.dataset.fault) : error.message;
      fault.hidden = false;
      button.disabled = false;
    }
  }

  if (window.PublicKeyCredential === undefined || navigator.credentials === undefined) return;
  for (const part of document.querySelectorAll("[data-rp]")) {
    // A browser that came by another name than the configured one could only fail.
    if (part.dataset.rp !== location.hostname) continue;
    part.hidden = false;
    if (part.dataset.passkey !== undefined) part.addEventListener("submit", send);
  }
  for (const part of document.querySelectorAll("[data-without]")) {
    if (part.dataset.without === location.hostname) part.hidden = true;
  }
})();
