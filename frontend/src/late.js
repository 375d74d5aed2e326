// After hand-in: what this device had not sent by then is offered to the server once – it keeps late work aside – and then
// nothing of the attempt stays here.

import { kindOfTrouble } from "./trouble.js";

const WAIT = new Set(["network", "busy", "signed-out", "somebody-else"]);

// True when the journal of the attempt is empty now.
export async function handOver({ attempt, journal, save }) {
  for (const entry of journal.all()) {
    if (entry.late && entry.late === entry.print) continue;
    const problem = await save(attempt, entry.no, { seq: entry.base + 1, ...entry.content }).then(() => null, (error) => error);
    if (problem && WAIT.has(kindOfTrouble(problem))) return false;
  }
  await journal.clear();
  return true;
}
