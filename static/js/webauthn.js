// Passkeys: forms with data-webauthn ask the browser for a credential before they are sent.
// create = make a new passkey, get = show one we know, login = show any (its options are fetched first).

const ready = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials);

const ask = {
  async create(form) {
    const { publicKey } = pageData().creation_options;
    const passwordless = form.elements.passwordless?.checked ?? false;
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: passwordless ? "required" : "discouraged",
      requireResidentKey: passwordless,
      ...(passwordless && { userVerification: "required" }),
    };
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  },
  get: () => get(pageData().request_options),
  async login(form) {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${form.action} answered ${response.status}`);
    return get((await response.json()).request_options);
  },
};

function get({ publicKey }) {
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

function pageData() {
  return JSON.parse(document.getElementById("webauthn-data").textContent);
}

async function send(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const problem = form.querySelector("[role=alert]");
  problem.hidden = true;
  try {
    const credential = await ask[form.dataset.webauthn](form);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    problem.textContent = "That did not work. Try again, or use another way.";
    problem.hidden = false;
  }
}

if (ready) {
  document.querySelectorAll("[data-webauthn-missing]").forEach((hint) => hint.remove());
  document.querySelectorAll("form[data-webauthn]").forEach((form) => {
    form.addEventListener("submit", send);
    form.hidden = false;
  });
}
