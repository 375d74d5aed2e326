// How pages are shown: a choice takes effect at once and is sent to the server, which draws the next pages so.

import { makeApi } from "./api.js";

const ATTRIBUTES = { text_size: "text", contrast: "contrast", face: "face", motion: "motion" };

export function bindDisplay({ form, root = document.documentElement, api = makeApi({ csrf: tokenOf(form) }) }) {
  const said = form.querySelector("[data-display-said]");
  const panel = form.closest("details");
  form.querySelector("[data-without-script]")?.remove();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", async () => {
    const chosen = chosenIn(form);
    for (const [name, attribute] of Object.entries(ATTRIBUTES)) root.dataset[attribute] = chosen[name];
    const kept = await api.settings(chosen).then(() => true, () => false);
    said.textContent = kept ? said.dataset.saved : said.dataset.unsaved;
  });
  panel?.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
}

export function chosenIn(form) {
  const data = new FormData(form);
  return Object.fromEntries(Object.keys(ATTRIBUTES).map((name) => [name, data.get(name)]));
}

const tokenOf = (form) => form.querySelector("[name=csrf_token]")?.value;
