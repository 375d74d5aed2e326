// The page's sentences, in the page's language: <script type="application/json" id="page-texts">. A sentence has named
// slots ({time}); one that counts has the forms "one" and "other". No sentence is written in a script.

export function makeTexts(sentences, lang) {
  const numbers = new Intl.NumberFormat(lang);
  const plural = new Intl.PluralRules(lang);
  const shown = (value) => (typeof value === "number" ? numbers.format(value) : String(value));

  return function text(name, slots = {}) {
    const found = sentences[name];
    if (found === undefined) throw new Error(`no sentence named ${name}`);
    const sentence = typeof found === "string" ? found : found[plural.select(slots.n)] ?? found.other;
    return sentence.replace(/\{(\w+)\}/g, (slot, key) => (key in slots ? shown(slots[key]) : slot));
  };
}

export function readJson(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

export function pageTexts() {
  return makeTexts(readJson("page-texts") ?? {}, document.documentElement.lang || "vi");
}
