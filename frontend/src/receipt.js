// The receipt: asks now and then whether the official entry and the score are ready, and stops asking after a while.

import { makeApi } from "./api.js";
import { forgetFlags } from "./flags.js";
import { openJournal } from "./journal.js";
import { handOver } from "./late.js";
import { ownerMark } from "./owner.js";
import { pageTexts } from "./texts.js";

const PAUSES = [2, 2, 3, 3, 5, 5, 10, 10, 15, 15, 30, 30, 30, 60, 60]; // seconds; about five minutes in all
const page = document.getElementById("receipt");
const again = document.getElementById("ask-again");
const api = makeApi({ csrf: document.querySelector("meta[name=csrf-token]")?.content });
const text = pageTexts();
const waits = { entry: page.dataset.entry === "waiting", score: page.dataset.score === "waiting" };

again.addEventListener("click", () => ask());
if (waits.entry || waits.score) ask();
tidyUp();

// What this device still keeps of the attempt is handed over; then nothing of it stays here.
async function tidyUp() {
  const attempt = page.dataset.ref;
  const journal = await openJournal({ attempt, owner: ownerMark() });
  forgetFlags({ ref: attempt });
  await handOver({ attempt, journal, save: api.save });
}

async function ask(at = 0) {
  again.hidden = true;
  await new Promise((resolve) => setTimeout(resolve, (PAUSES[at] ?? 0) * 1000));
  const receipt = await api.receipt(page.dataset.ref).catch(() => null);
  if (receipt) show(receipt);
  if (!waits.entry && !waits.score) return;
  if (at + 1 < PAUSES.length) return ask(at + 1);
  again.hidden = false;
}

function show({ entry, score, score_shown: shown }) {
  if (waits.entry && entry.state !== "waiting") {
    waits.entry = false;
    for (const part of page.querySelectorAll("[data-when-entry]")) part.hidden = part.dataset.whenEntry !== entry.state;
    if (entry.url) document.getElementById("entry-link").href = entry.url;
  }
  if (waits.score && (score || !shown)) {
    waits.score = false;
    document.getElementById("score").textContent = score
      ? text("score", { points: decimal(score.points), max: decimal(score.max) })
      : text("score_hidden");
  }
}

// Marks travel as decimal text and are never calculated with here; only their point becomes the page's.
function decimal(points) {
  const plain = points.includes(".") ? points.replace(/\.?0+$/, "") : points;
  return document.documentElement.lang === "vi" ? plain.replace(".", ",") : plain;
}
