// The page of the choice items.

import { openAttempt } from "./attempt-page.js";
import { bindChoices } from "./choices.js";
import { bindConflicts } from "./conflict.js";
import { makeNavigator } from "./navigator.js";

const form = document.getElementById("answers");
const drawer = document.getElementById("navigator");
const parts = [];
const page = openAttempt({ onUpdate: () => parts.forEach((part) => part.show()) });
const { attempt, saver, text, announce } = page;

const choices = bindChoices({ form, saver, text, onAnswer: () => numbers.show() });
const numbers = makeNavigator({ element: drawer, form, ref: attempt.ref, saver, text });
const conflicts = bindConflicts({
  saver, text, announce, place: choices.field, describe,
  take: (no, { choice }) => {
    choices.draw(no, choice);
    numbers.show();
  },
});
parts.push(choices, conflicts);

if (matchMedia("(min-width: 62em)").matches) drawer.querySelector("details").open = true;

function describe(no, { choice }) {
  const list = document.createElement("ul");
  const labels = choices.field(no).querySelectorAll(".option");
  const said = choice.map((at) => labels[at]?.textContent.replace(/\s+/g, " ").trim());
  for (const words of said.length ? said : [text("item.no_answer")]) {
    list.append(Object.assign(document.createElement("li"), { textContent: words }));
  }
  return list;
}
