// The page of the essay: a sheet with its toolbar and its word count for every essay item.

import { openAttempt } from "./attempt-page.js";
import { bindConflicts } from "./conflict.js";
import { drawDiff, linesOf, wordDiff } from "./diff.js";
import { makeEditor } from "./editor.js";
import { bindHistory } from "./history.js";
import { bindToolbar } from "./toolbar.js";
import { countWords, standing } from "./words.js";

start();

async function start() {
  const parts = [];
  const sheets = new Map();
  const take = (no, { html }) => {
    const { sheet, count } = sheets.get(no);
    sheet.replace(html);
    count(sheet.text());
  };
  const page = await openAttempt({
    onUpdate: () => parts.forEach((part) => part.show()),
    onLock: (locked) => sheets.forEach((one) => one.lock(locked)),
    onAdopt: (no, content) => sheets.has(no) && take(no, content),
  });
  for (const section of document.querySelectorAll("[data-essay]")) sheets.set(Number(section.dataset.essay), open(section, page));
  page.beforeLeaving = () => sheets.forEach(({ sheet }) => sheet.readNow());
  // The newer essay against the one on this page, word by word.
  const describe = (no, { html }) => drawDiff(wordDiff(sheets.get(no).sheet.text(), linesOf(html)), ["gone", "new"], page.text);
  const place = (no) => sheets.get(no)?.section.querySelector("[data-conflicts]");
  parts.push(bindConflicts({ saver: page.saver, text: page.text, announce: page.announce, describe, place, take }));
}

function open(section, { attempt, api, saver, text, announce }) {
  const no = Number(section.dataset.essay);
  const mount = section.querySelector("[data-sheet]");
  const count = counter(section, text, announce);
  mount.replaceChildren();
  const sheet = makeEditor({
    mount,
    html: saver.item(no).content.html,
    attributes: {
      role: "textbox", "aria-multiline": "true", lang: "vi", spellcheck: "false", id: `sheet-${no}`,
      "aria-labelledby": `essay-title-${no}`, "aria-describedby": `essay-help-${no} essay-words-${no}`,
    },
    onText: (written) => {
      count(written);
      saver.stir(no);
    },
    onChange: (html) => saver.change(no, { html }),
  });
  const toolbar = section.querySelector("[role=toolbar]");
  bindToolbar(toolbar, sheet.editor);
  const lock = (locked) => {
    sheet.editor.setEditable(!locked, false);
    toolbar.inert = locked;
  };
  bindHistory({ panel: section.querySelector("[data-history]"), no, ref: attempt.ref, api, sheet, text, announce });
  section.dataset.ready = "";
  count(sheet.text());
  return { section, sheet, count, lock };
}

function counter(section, text, announce) {
  const element = section.querySelector("[data-words]");
  const limit = Number(section.dataset.limit) || 0;
  let before = null;
  return (written) => {
    const words = countWords(written);
    const now = standing(words, limit);
    const name = limit ? `words.${now}` : "words.free";
    const sentence = text(name, { n: words, limit, left: limit - words, over: words - limit });
    element.textContent = sentence;
    element.dataset.state = now;
    if (before && before !== now) announce(sentence);
    before = now;
  };
}
