// What a front end writes: compiled by tests/types_compile.rs where there is a compiler.

import { Request, Answer, Incoming, VERSION, Methods } from "../../bindings/sostenuto";
const hello: Request = { id: 1, method: "hello", params: { token: "x", version: VERSION } };
const set: Request<"set"> = { id: "a", method: "set", params: { node: "f", param: "c", value: "A2", ramp: "glide" } };
const status: Request = { id: 2, method: "status" };
const apply: Request = { id: 2, method: "apply", params: { json: { nodes: {} } } };
// @ts-expect-error parameters are needed
const bad: Request = { id: 2, method: "set" };
// @ts-expect-error there is no such method
const worse: Request = { id: 2, method: "stat" };
// @ts-expect-error a field that is not there
const third: Request = { id: 2, method: "status", params: { x: 1 } };
const note: Request = { id: 3, method: "note", params: { do: "on", pitch: 60 } };
export function heard(line: Incoming): string {
  if ("event" in line) {
    switch (line.event) {
      case "status": return `${line.data.frame} ${line.data.output[0]?.peak}`;
      case "notice": return line.data.kind === "applied" ? `${line.data.frame}` : line.data.kind;
      case "dropped": return `${line.data.notices}`;
    }
  }
  if ("error" in line) return line.error.code + (line.error.problems?.[0]?.at?.line ?? 0);
  return "";
}
export function ports(a: Answer<"ports">): number { return "result" in a ? a.result.ports[0].fill_ms : 0; }
