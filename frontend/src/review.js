// Before handing in: first everything this device still owes is sent, then the attempt is closed for good.

import { openAttempt } from "./attempt-page.js";
import { makeFlags } from "./flags.js";

const LAST_WAIT = 20000;
const form = document.getElementById("hand-in");
const outcome = document.getElementById("hand-in-outcome");
const opened = openAttempt();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.dataset.state !== "busy") handIn(await opened);
});
opened.then((page) => {
  showFlagged(makeFlags(page.attempt.ref, page.owner).all());
  if (page.saver.state().owed) showNewest(page.saver);
});

// What the journal kept goes first; then the server is asked again, so that the list is the true one.
async function showNewest(saver) {
  const { owed } = await saver.settled(LAST_WAIT);
  if (owed === 0) location.reload();
}

async function handIn({ attempt, api, journal, saver, text }) {
  const say = (state, name, slots) => show(state, text(name, slots));
  say("busy", "hand_in.sending");
  saver.flush();
  const { owed, conflicts, refused } = await saver.settled(LAST_WAIT);
  if (conflicts.length + refused.length) return say("trouble", "hand_in.attend");
  if (owed) return say("trouble", "hand_in.owed", { n: owed });
  say("busy", "hand_in.closing");
  try {
    await api.handIn(attempt.ref);
  } catch (problem) {
    return explain(problem, text);
  }
  saver.tell("handed-in");
  await journal.clear();
  location.assign(form.dataset.receipt);
}

function explain({ slug, title, detail }, text) {
  if (slug === "signed-out") document.getElementById("notice-signed-out").hidden = false;
  show("trouble", title ? [title, detail].filter(Boolean).join(" ") : text("hand_in.unreached"));
}

function show(state, sentence) {
  form.dataset.state = state;
  form.querySelector("[type=submit]").setAttribute("aria-disabled", state === "busy");
  outcome.dataset.state = state;
  outcome.textContent = sentence;
}

function showFlagged(numbers) {
  const place = document.getElementById("flagged");
  if (!place || numbers.length === 0) return;
  place.hidden = false;
  for (const link of numbers.map((no) => document.querySelector(`[data-review="${no}"]`)).filter(Boolean)) {
    const line = document.createElement("li");
    line.append(link.cloneNode(true));
    place.querySelector("ul").append(line);
  }
}
