// Radio buttons and check boxes: every change goes to the queue at once; a word under each item tells where it stands.

import { wallClock } from "./clock.js";

// Before anything else: the page shows what the server holds, and notes what is ticked while the scripts still prepare.
export function drawStored(form, items) {
  const early = new Set();
  form.addEventListener("change", ({ target }) => early.add(target.closest("[data-no]")));
  for (const { no, choice } of items) {
    const field = form.querySelector(`[data-no="${no}"]`);
    if (field && !touched(field)) draw(field, choice);
    else if (field) early.add(field);
  }
  return early;
}

export function bindChoices({ form, saver, text, onAnswer, early = new Set() }) {
  const fields = [...form.querySelectorAll("[data-no]")];
  const fieldOf = (no) => form.querySelector(`[data-no="${no}"]`);

  form.addEventListener("change", ({ target }) => {
    const field = target.closest("[data-no]");
    if (field) answer(field);
  });
  form.addEventListener("click", ({ target }) => {
    const field = target.closest("[data-clear]")?.closest("[data-no]");
    if (!field) return;
    inputs(field)[0].focus();
    draw(field, []);
    answer(field);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  function answer(field) {
    saver.change(Number(field.dataset.no), { choice: chosen(field) }, { urgent: true });
    onAnswer();
  }

  function show() {
    for (const field of fields) {
      const item = saver.item(Number(field.dataset.no));
      field.querySelector("[data-item-status]").textContent = standing(item, text);
      field.querySelector("[data-clear]")?.toggleAttribute("hidden", item.content.choice.length === 0);
    }
  }

  for (const field of fields) {
    if (early.has(field)) answer(field);
    else draw(field, saver.item(Number(field.dataset.no)).content.choice);
  }
  show();
  return { show, draw: (no, choice) => draw(fieldOf(no), choice), field: fieldOf };
}

function standing({ pending, savedAt, content, conflict, late }, text) {
  if (conflict) return text("item.conflict");
  if (late) return text("item.late");
  if (pending) return text("item.unsent");
  return savedAt ? text(content.choice.length ? "item.saved" : "item.cleared", { time: wallClock(savedAt) }) : "";
}

// Ticked by hand before the script came: a mouse or key leaves the box other than the page had it.
const touched = (field) => inputs(field).some((input) => input.checked !== input.defaultChecked);
const inputs = (field) => [...field.querySelectorAll("input")];
const chosen = (field) => inputs(field).filter((input) => input.checked).map((input) => Number(input.value));

function draw(field, choice) {
  for (const input of inputs(field)) input.checked = choice.includes(Number(input.value));
}
