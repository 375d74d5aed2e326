// Whose page this is, as a mark that says nothing about the person: entries in the journal carry it, so that one pupil is
// never told of – or warned about – what another left on the same machine.

import { hash } from "./fingerprint.js";

export function ownerMark(body = globalThis.document?.body) {
  return body?.dataset.signedIn ? hash(body.dataset.signedIn) : "";
}

// "signed-in" is told to every open page: who waited for their session sends; who is somebody else's page holds still.
export function tellSignedIn(owner, Channel = globalThis.BroadcastChannel) {
  if (Channel && owner) new Channel("quizapp").postMessage({ kind: "signed-in", owner });
}

export function hearSignedIn(act, Channel = globalThis.BroadcastChannel) {
  if (Channel) new Channel("quizapp").onmessage = ({ data }) => data?.kind === "signed-in" && act(data.owner);
}
