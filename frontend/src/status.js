// The truth about saving, in one line. Never says "saved" while anything is owed.

import { wallClock } from "./clock.js";

// Which sentence, and whether it is news that a screen reader should interrupt the silence for.
export function verdict({ owed, late = 0, trouble, savedAt, conflicts, refused }) {
  if (trouble === "closed") {
    const name = owed > late ? "status.closed_owed" : late ? "status.closed_late" : "status.closed";
    return { name, slots: { n: owed > late ? owed - late : late }, tone: "trouble" };
  }
  if (trouble && owed) return { name: `status.${trouble.replace("-", "_")}`, slots: { n: owed }, tone: "trouble" };
  if (conflicts.length) return { name: "status.conflict", slots: { n: conflicts.length }, tone: "trouble" };
  if (refused.length) return { name: "status.refused", slots: { n: refused.length }, tone: "trouble" };
  if (owed) return { name: "status.saving", slots: {}, tone: "busy" };
  return savedAt
    ? { name: "status.saved", slots: { time: wallClock(savedAt) }, tone: "calm" }
    : { name: "status.nothing", slots: {}, tone: "calm" };
}

export function makeStatus({ element, text, announce }) {
  let told = "calm";
  return function show(state) {
    const { name, slots, tone } = verdict(state);
    const sentence = text(name, slots);
    if (element.textContent !== sentence) element.textContent = sentence;
    element.dataset.state = tone;
    const news = tone === "trouble" ? name : tone === "busy" ? told : "calm";
    if (news !== told) announce(sentence);
    told = news;
  };
}

// One polite live region for the page; the visible line itself is silent, or every tick would be read out.
export function makeAnnouncer(region) {
  return (sentence) => {
    region.textContent = "";
    setTimeout(() => (region.textContent = sentence), 50);
  };
}
