// Before handing in: first everything this device still owes is sent, then the attempt is closed for good.

import { openAttempt } from "./attempt-page.js";
import { makeFlags } from "./navigator.js";

const LAST_WAIT = 20000;
const form = document.getElementById("hand-in");
const outcome = document.getElementById("hand-in-outcome");
const page = openAttempt();
const { attempt, api, saver, text } = page;

showFlagged(makeFlags(attempt.ref).all());
if (saver.state().owed) showNewest();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.dataset.state !== "busy") handIn();
});

// What the journal kept goes first; then the server is asked again, so that the list is the true one.
async function showNewest() {
  const { owed } = await saver.settled(LAST_WAIT);
  if (owed === 0) location.reload();
}

async function handIn() {
  say("busy", "hand_in.sending");
  saver.flush();
  const { owed, conflicts, refused } = await saver.settled(LAST_WAIT);
  if (conflicts.length + refused.length) return say("trouble", "hand_in.attend");
  if (owed) return say("trouble", "hand_in.owed", { n: owed });
  say("busy", "hand_in.closing");
  try {
    await api.handIn(attempt.ref);
    location.assign(form.dataset.receipt);
  } catch (problem) {
    explain(problem);
  }
}

function explain({ slug, title, detail }) {
  if (slug === "signed-out") document.getElementById("notice-signed-out").hidden = false;
  if (title) show("trouble", [title, detail].filter(Boolean).join(" "));
  else say("trouble", "hand_in.unreached");
}

function say(state, name, slots) {
  show(state, text(name, slots));
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
