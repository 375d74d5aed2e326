// The page of the choice items.

import { openAttempt } from "./attempt-page.js";
import { bindChoices, drawStored } from "./choices.js";
import { bindConflicts } from "./conflict.js";
import { makeFlags } from "./flags.js";
import { makeNavigator } from "./navigator.js";
import { readJson } from "./texts.js";

const form = document.getElementById("answers");
const drawer = document.getElementById("navigator");
const early = drawStored(form, readJson("attempt-data").items);
if (matchMedia("(min-width: 62em)").matches) drawer.querySelector("details").open = true;
open();

async function open() {
  const parts = [];
  let numbers = null;
  const take = (no, { choice }) => {
    choices.draw(no, choice);
    numbers.show();
  };
  const lock = (locked) => form.querySelectorAll("[data-no]").forEach((field) => (field.disabled = locked));
  const page = await openAttempt({ onUpdate: () => parts.forEach((part) => part.show()), onAdopt: take, onLock: lock });
  const { attempt, owner, saver, text, announce } = page;
  const choices = bindChoices({ form, saver, text, early, onAnswer: () => numbers?.show() });
  numbers = makeNavigator({ element: drawer, form, flags: makeFlags(attempt.ref, owner), saver, text });
  const describe = (no, { choice }) => chosenWords(choices.field(no), choice, text);
  parts.push(choices, bindConflicts({ saver, text, announce, place: choices.field, describe, take }));
  performance.mark("ready"); // every item answers to the hand from here on
}

function chosenWords(field, choice, text) {
  const list = document.createElement("ul");
  const labels = field.querySelectorAll(".option");
  const said = choice.map((at) => labels[at]?.textContent.replace(/\s+/g, " ").trim());
  for (const words of said.length ? said : [text("item.no_answer")]) {
    list.append(Object.assign(document.createElement("li"), { textContent: words }));
  }
  return list;
}
