// The control channel of Sostenuto: docs/control.md tells how it is used.
// Made from crates/control/src/messages.rs by `KEEP_TYPES=1 cargo test -p sostenuto-control --lib typescript`.

/** The version of the protocol. */
export const VERSION = 1;

/** What goes in and comes out of each method. */
export interface Methods {
  /** The first request: the token and the version. */
  hello: { params: Hello; result: Welcome };
  /** The sound devices of this system. */
  devices: { params: Nothing; result: DeviceList };
  /** The audio ports of the patch, and how they fare. */
  ports: { params: Nothing; result: PortList };
  /** Gives a port another device. */
  set_device: { params: SetDevice; result: Outcome };
  /** The patch that sounds. */
  patch: { params: GetPatch; result: PatchText };
  /** Makes another patch sound, by the smallest edits. */
  apply: { params: Apply; result: Applied };
  /** Carries out a line of the prompt. */
  command: { params: CommandLine; result: Outcome };
  /** Sets a parameter or a setting. */
  set: { params: SetParam; result: Outcome };
  /** Plays, lets go, bends or presses a note. */
  note: { params: NoteAction; result: Outcome };
  /** Moves musical time, or tells where it is. */
  transport: { params: TransportAction; result: TransportState };
  /** The levels of everything that shows any. */
  levels: { params: Nothing; result: Levels };
  /** How everything fares, with all meters. */
  status: { params: Nothing; result: Status };
  /** Asks for events. */
  subscribe: { params: Subscribe; result: Nothing };
  /** Asks for no more events. */
  unsubscribe: { params: Unsubscribe; result: Nothing };
  /** The kinds of node. */
  nodes: { params: Nodes; result: KindList };
}

export type Method = keyof Methods;

/** A request: one line. Parameters that may all be left out may be left out as a whole. */
export type Request<M extends Method = Method> = M extends Method
  ? {} extends Methods[M]["params"]
    ? { id: Id; method: M; params?: Methods[M]["params"] }
    : { id: Id; method: M; params: Methods[M]["params"] }
  : never;

/** What comes back for a request. The id is null if none could be read. */
export type Answer<M extends Method = Method> =
  | { id: Id; result: Methods[M]["result"] }
  | { id: Id | null; error: Fault };

/** A line that comes in. */
export type Incoming = Answer | ControlEvent;

/** What became of a patch. */
export type Applied = {
  /** Names the edits in their notice; left out if nothing sounds different. */
  ticket?: number,
  /** The edits that were made, a line each, as `sostenuto diff` writes them. */
  edits: Array<string>,
  /** What the author of the patch should know. */
  warnings: Array<Problem>, };

/** A patch that is to sound instead of the present one: exactly one of `toml` and `json`. */
export type Apply = {
  /** The text of a document in TOML. */
  toml?: string,
  /** A document in JSON: as it is, or as a text, of which problems then have the lines. */
  json?: object | string,
  /** When, as before a command at the prompt: `at next bar`, `@96000f`. At once if it is left out. */
  at?: string, };

/** Ports and parameters that come numbered. */
export type Bank = {
  /** The setting that says how many. */
  setting: string,
  /** The input of each; its name gets the number. */
  port: Port,
  /** The parameters of each; their names get the number. */
  params: Array<Param>, };

/** What the clock counted. */
export type Clock = {
  /** Frames that it has taken. */
  frames: number,
  /** The largest callback, in frames. */
  largest: number,
  /** Under- and overruns that the system reported. */
  xruns: number,
  /** Callbacks that came late. */
  late: number,
  /** Callbacks that found another thread in the engine. */
  refused: number,
  /** Other faults. */
  faults: number,
  /** Frames that were let go by because the machine had stood still. */
  skipped: number, };

/** What kind of mistake it is. */
export type Code = "bad_utf8" | "bad_json" | "bad_request" | "unknown_method" | "bad_params" | "line_too_long" | "half_line" | "hello_first" | "hello_late" | "wrong_token" | "wrong_version" | "too_many_clients" | "patch" | "command" | "engine" | "busy" | "device" | "not_here" | "shut_down";

/** A line of the prompt of `sostenuto play`. */
export type CommandLine = {
  /** The line: `set filter.cutoff 400 over 2s`. */
  line: string, };

/** What comes unasked, once subscribed to. */
export type ControlEvent = { "event": "status", "data": Status } | { "event": "notice", "data": Notice } | { "event": "dropped", "data": Dropped };

/** A device that answers, and what it offers in one direction. */
export type Device = {
  /** Stays the same from day to day, and no other device has it. */
  id: string,
  /** For people; several devices may have the same. */
  name: string,
  /** The sound system that it belongs to. */
  host: string,
  /** Whether it is to play (`out`) or to record (`in`) what is told here. */
  direction: Direction,
  /** Whether it is the default device of its sound system. */
  default: boolean,
  /** How many channels it can play, or record. */
  channels: Array<number>,
  /** The lowest and highest rate, in frames per second. */
  rates: Span,
  /** The common rates among those that it offers. */
  common_rates: Array<number>,
  /** What it runs at unless asked otherwise. */
  preferred_rate?: number,
  /** How many channels it plays, or records, unless asked otherwise. */
  preferred_channels?: number,
  /** The block sizes that it takes, in frames. */
  blocks?: Span,
  /** The sample formats that it takes. */
  formats: Array<string>,
  /** Why it does not say what it offers: another program has it, or this user may not use it. */
  refusal?: string, };

/** The devices of this system. */
export type DeviceList = {
  /** The sound systems that answer, in the order in which a default device is looked for. */
  hosts: Array<string>,
  /** The devices that can play, then those that can record; one that can do both is there twice, with one id. The first default of a
  * direction is the one that is opened when none is asked for. */
  devices: Array<Device>, };

/** Which way sound goes. */
export type Direction = "in" | "out";

/** How many events were dropped. */
export type Dropped = {
  /** Status events. */
  status: number,
  /** Notices. */
  notices: number, };

/** Why a request was not carried out. */
export type Fault = {
  /** What kind of mistake it is, for programs. */
  code: Code,
  /** What is wrong and what would be right, for people. */
  message: string,
  /** Where in the text that is at fault: the patch, the command, or the line of the request. */
  at?: Place,
  /** All problems of a patch, warnings among them. */
  problems?: Array<Problem>, };

/** How a patch is written. */
export type Form = "toml" | "json";

/** Asks for the present patch. */
export type GetPatch = {
  /** How it is to be written: TOML if it is left out. */
  form?: Form, };

/** What a kind is for. */
export type Group = "source" | "control" | "level" | "filter" | "space" | "dynamics" | "maths" | "output" | "part";

/** The first request of a connection. */
export type Hello = {
  /** The token that the program printed, or that is in its token file. */
  token: string,
  /** The version of the protocol that the client speaks. */
  version: number,
  /** What the client is called, for people. */
  client?: string, };

/** Names a request, so that its answer can be told from others: a whole number or a text. */
export type Id = number | string;

/** How the voices of an instrument fare. */
export type Instrument = {
  /** Its label. */
  node: string,
  /** Notes that sound. */
  playing: number,
  /** Voices that fade because they were stolen. */
  fading: number,
  /** Notes that began. */
  started: number,
  /** Voices that were stolen. */
  stolen: number,
  /** Notes for which there was no voice. */
  dropped: number, };

/** A kind of node. */
export type Kind = {
  /** Its name in documents. */
  name: string,
  /** What it is for. */
  group: Group,
  /** One line on what it does. */
  summary: string,
  /** Its inputs. Cables that name no port end at the first. */
  inputs: Array<Port>,
  /** Its outputs. Cables that name no port start at the first. */
  outputs: Array<Port>,
  /** Its parameters. */
  params: Array<Param>,
  /** What is fixed for a node's life. */
  settings: Array<Setting>,
  /** Ports and parameters that come numbered: `in1`, `gain1`, `in2` … */
  bank?: Bank,
  /** Whether it may close a feedback loop. */
  delays: boolean,
  /** Whether it plays a buffer. */
  plays: boolean,
  /** Whether it is a part of the patch. */
  part: boolean, };

/** Kinds of node. */
export type KindList = {
  /** Those of the catalogue, then the parts of the present patch that nodes of it are made of. */
  kinds: Array<Kind>, };

/** The level of one channel, 1 for full scale. */
export type Level = {
  /** The largest magnitude since this client was told last. */
  peak: number,
  /** The root of the mean square over about 300 ms. */
  rms: number, };

/** The levels of everything that shows any. */
export type Levels = {
  /** What goes to the device, by channel. */
  output: Array<Level>,
  /** The meters. */
  meters: Array<Meter>, };

/** How much is taken of one client. */
export type Limits = {
  /** Bytes of a line, without its end. A longer one ends the connection. */
  line: number,
  /** Clients at a time. */
  clients: number,
  /** Requests per second; the next are read later. */
  requests: number,
  /** Status events per second. */
  status: number,
  /** Notices that wait to be read by the client; further ones are dropped, counted, and told of. */
  notices: number, };

/** What the engine takes of the time that there is, 1 for all of it. */
export type Load = {
  /** On average. */
  now: number,
  /** The most in one callback. */
  peak: number,
  /** Callbacks so far. */
  callbacks: number,
  /** Those that took longer than there was time. */
  over: number,
  /** Nodes that are mute because of samples that are not finite numbers. */
  muted: number,
  /** Commands that were put off to a later callback. */
  deferred: number,
  /** Notes of sequences that were left out. */
  lost_notes: number, };

/** A node that shows levels. */
export type Meter = {
  /** Its label; inside of an instance of a part `INSTANCE/NODE`, and there once for each voice. */
  node: string,
  /** By channel. */
  levels: Array<Level>, };

/** Asks which kinds of node there are. */
export type Nodes = {
  /** Only this one; all if it is left out. */
  kind?: string, };

/** Something about a note. `node` is the instrument: the first one if it is left out; `at` is when, as before a command at the prompt. */
export type NoteAction = { "do": "on",
  /** Which. */
  pitch: Pitch,
  /** How hard it is struck, 0 to 1; 0.8 if it is left out. */
  velocity?: number,
  /** How long it is held: `500ms`, `2 beats`; until `off` if it is left out. */
  length?: string,
  /** The instrument. */
  node?: string,
  /** When. */
  at?: string, } | { "do": "off",
  /** Which; all if it is left out. */
  pitch?: Pitch,
  /** The instrument. */
  node?: string,
  /** When. */
  at?: string, } | { "do": "bend",
  /** Which. */
  pitch: Pitch,
  /** How far, -96 to 96. */
  semitones: number,
  /** The instrument. */
  node?: string,
  /** When. */
  at?: string, } | { "do": "pressure",
  /** Which. */
  pitch: Pitch,
  /** How much, 0 to 1. */
  value: number,
  /** The instrument. */
  node?: string,
  /** When. */
  at?: string, };

/** No parameters. */
export type Nothing = Record<symbol, never>;

/** What the audio thread told. A ticket is that of the answer to the request; the notice may come before the answer. */
export type Notice = { "kind": "applied",
  /** Names the request. */
  ticket: number,
  /** The first frame that sounds changed. */
  frame: number, } | { "kind": "set",
  /** Names the request. */
  ticket: number,
  /** The first frame that is changed. */
  frame: number, } | { "kind": "refused",
  /** Names the request. */
  ticket: number,
  /** Why. */
  message: string, } | { "kind": "muted",
  /** The node. */
  node: string,
  /** The frame. */
  frame: number, } | { "kind": "told",
  /** The node. */
  node: string,
  /** What, in a word of its kind. */
  what: string,
  /** To which slot, from 1. */
  slot: number,
  /** The id that the trigger gave, or was given. */
  id: number,
  /** The frame. */
  frame: number, } | { "kind": "untold",
  /** The node. */
  node: string,
  /** How many. */
  lost: number,
  /** The frame up to which. */
  frame: number, } | { "kind": "device_lost",
  /** The device. */
  device: string,
  /** What happened. */
  message: string, } | { "kind": "device_returned",
  /** The device. */
  device: string, } | { "kind": "device_missing",
  /** What the port asks for. */
  device: string,
  /** Why, and what there is instead. */
  message: string,
  /** The device that plays in its place, if one does. */
  instead?: string, } | { "kind": "clock_moved",
  /** The device; left out if it is a clock of the engine's own. */
  to?: string,
  /** Why. */
  message: string, } | { "kind": "rate_changed",
  /** Frames per second until now. */
  from: number,
  /** From now on. */
  to: number, } | { "kind": "pong",
  /** Names the request. */
  ticket: number,
  /** The frame that is rendered next. */
  frame: number, } | { "kind": "other",
  /** What happened. */
  message: string, };

/** What became of a command. */
export type Outcome = {
  /** Names the request in its notice; left out if the audio thread has nothing to do. */
  ticket?: number,
  /** The edits that were made, a line each. */
  edits: Array<string>,
  /** What the prompt would show: an answer, or why there was nothing to do. */
  text?: string, };

/** A parameter of a kind. */
export type Param = {
  /** Its name. */
  name: string,
  /** The symbol of its unit; empty if it has none. */
  unit: string,
  /** The lowest value. */
  min: number,
  /** The highest value. */
  max: number,
  /** The value if none is given. */
  default: number,
  /** Whether its range is laid out in equal ratios instead of equal differences. */
  logarithmic: boolean,
  /** The names of the values 0, 1, 2 …, if it is a choice; else empty. */
  choices: Array<string>,
  /** One line on what it does. */
  summary: string, };

/** The present patch, in one settled form, without comments. */
export type PatchText = {
  /** As TOML, if that was asked for. */
  toml?: string,
  /** As JSON, if that was asked for. */
  json?: object,
  /** How many edits can be taken back. */
  steps: Steps, };

/** A pitch: a number of semitones, 60 for C4, or a text: `C4`, `F#3`, `A4+25c`. */
export type Pitch = number | string;

/** A place in a text. */
export type Place = {
  /** The line, from 1. */
  line: number,
  /** The column in characters, from 1. */
  column: number, };

/** A port of a kind. */
export type Port = {
  /** Its name. */
  name: string,
  /** Its channels; left out if it has as many as its cables bring. */
  channels?: number,
  /** One line on what it carries. */
  summary: string, };

/** The audio ports of the patch. */
export type PortList = {
  /** The ports. */
  ports: Array<PortStatus>, };

/** What a port is doing. */
export type PortState = "missing" | "opening" | "priming" | "locking" | "locked";

/** How an audio port fares. */
export type PortStatus = {
  /** The label of its node. */
  node: string,
  /** Which way sound goes. */
  direction: Direction,
  /** The device that the patch asks for: an id or a name; left out if it asks for the default one. */
  asked?: string,
  /** The device that it is on; left out if it is on none. */
  device?: string,
  /** What it is doing. */
  state: PortState,
  /** Why it is not on the device that it asks for. */
  why?: string,
  /** The first channel of the device, from 1. */
  first: number,
  /** How many channels. */
  channels: number,
  /** The device's frames per second; 0 if it has none. */
  rate: number,
  /** Frames in a block of the device. */
  block: number,
  /** Whether the engine runs on its clock. */
  clock: boolean,
  /** Whether it has to follow a clock other than its own device's. */
  follows: boolean,
  /** Milliseconds that are held back. */
  fill_ms: number,
  /** Milliseconds that should be held back. */
  target_ms: number,
  /** Milliseconds from the engine's clock to the device's, or back. */
  latency_ms: number,
  /** By how many millionths the clock that feeds is faster than the one that drains. */
  ppm: number,
  /** How often there was nothing to play, or to hear. */
  underruns: number,
  /** How often something was left out, because there was too much. */
  overruns: number,
  /** Dropouts that the system itself reported. */
  xruns: number,
  /** Callbacks that came late. */
  late: number, };

/** A place in musical time. */
export type Position = {
  /** The bar, from 1. */
  bar: number,
  /** The beat in the bar, from 1, in beats of the time signature. */
  beat: number,
  /** In quarter notes from the beginning. */
  beats: number,
  /** In quarter notes per minute. */
  tempo: number,
  /** The time signature: `4/4`. */
  meter: string,
  /** Whether it goes on. */
  playing: boolean, };

/** Something wrong with a patch, and where. */
export type Problem = {
  /** What is wrong and what would be right. */
  message: string,
  /** Whether the patch can sound all the same. */
  warning: boolean,
  /** Where in the text. */
  at?: Place,
  /** The file of that text, if it is not the document itself. */
  file?: string,
  /** The part that it is about. */
  part?: string,
  /** The sequence that it is about. */
  sequence?: string,
  /** The node that it is about. */
  node?: string,
  /** The parameter, setting, port or key. */
  item?: string, };

/** The path on which a parameter goes to its new value. */
export type Ramp = "linear" | "exponential" | "glide";

/** Gives a port another device: an edit of the patch, as the command `set NODE.device ID`. */
export type SetDevice = {
  /** The label of the port's node. */
  node: string,
  /** The device: its id, its name, or `default`. */
  device: string,
  /** When, as before a command at the prompt. At once if it is left out. */
  at?: string, };

/** Sets a parameter or a setting of a node. */
export type SetParam = {
  /** The label of the node; inside of an instance of a part `INSTANCE/NODE`. */
  node: string,
  /** The parameter or setting. */
  param: string,
  /** The value. */
  value: Value,
  /** How long it takes to get there: `2s`, `4 beats`. If it is left out it goes there smoothly in 5 ms. */
  over?: string,
  /** On which path, with `over`; if it is left out, as the parameter's range is laid out. */
  ramp?: Ramp,
  /** When, as before a command at the prompt. At once if it is left out. */
  at?: string,
  /** Whether it can be undone by itself: yes, if it is left out. `false` is for a slider while it is dragged: it takes a number, no `over`, and
  * is undone with the edit that comes next. */
  step?: boolean, };

/** A setting of a kind. */
export type Setting = {
  /** Its name. */
  name: string,
  /** The lowest value. */
  min: number,
  /** The highest value. */
  max: number,
  /** The value if none is given. */
  default: number,
  /** The names of the values 0, 1, 2 …, if it is a choice; else empty. */
  choices: Array<string>,
  /** One line on what it does. */
  summary: string, };

/** From one number to another, both included. */
export type Span = {
  /** The lowest. */
  min: number,
  /** The highest. */
  max: number, };

/** How everything fares. */
export type Status = {
  /** The frame that is rendered next. */
  frame: number,
  /** The engine's frames per second. */
  rate: number,
  /** Where musical time is. */
  position: Position,
  /** What the engine takes of the time that there is. */
  load: Load,
  /** How the clock fares that the engine runs on. */
  clock: Clock,
  /** How many edits can be taken back. These numbers change with every edit, whoever makes it, until there are 1,000. */
  steps: Steps,
  /** The level of what goes to the device, by channel. */
  output: Array<Level>,
  /** The levels of all meters, if they were asked for. */
  meters?: Array<Meter>,
  /** The instruments. */
  instruments: Array<Instrument>,
  /** The audio ports. */
  ports: Array<PortStatus>, };

/** How many edits can be taken back. */
export type Steps = {
  /** By `undo`. */
  undo: number,
  /** By `redo`. */
  redo: number, };

/** Asks for events. */
export type Subscribe = {
  /** Which. */
  topics: Array<Topic>,
  /** Status events per second, above 0 and up to 60; 10 if it is left out. */
  rate?: number,
  /** Whether status has the levels of all meters, which takes the longer the more nodes there are; no, if it is left out. */
  meters?: boolean, };

/** What can be subscribed to. */
export type Topic = "status" | "notices";

/** Something about musical time. `at` is when, as before a command at the prompt. */
export type TransportAction = { "do": "where", } | { "do": "start",
  /** When. */
  at?: string, } | { "do": "pause",
  /** When. */
  at?: string, } | { "do": "stop",
  /** When. */
  at?: string, } | { "do": "seek",
  /** The bar, from 1. */
  bar?: number,
  /** The beat of that bar, from 1; the first if it is left out. */
  beat?: number,
  /** Quarter notes after the beginning, instead of a bar. */
  beats?: number,
  /** When. */
  at?: string, } | { "do": "tempo",
  /** In quarter notes per minute, 1 to 1000. */
  bpm: number,
  /** How long it takes to get there; at once if it is left out. */
  over?: string,
  /** When. */
  at?: string, } | { "do": "meter",
  /** How many beats make a bar, 1 to 64. */
  numerator: number,
  /** The part of a whole note that is a beat: 1, 2, 4, 8, 16 or 32. */
  denominator: number,
  /** When. */
  at?: string, };

/** What became of it, and where musical time was when it was asked for. */
export type TransportState = {
  /** Names the request in its notice; left out by `where`. */
  ticket?: number,
  /** Where musical time is. */
  position: Position, };

/** Asks for no more events. */
export type Unsubscribe = {
  /** Which; all if it is left out. */
  topics?: Array<Topic>, };

/** A value: a number in the unit of its parameter, or a text as in a patch (`A2`, `-6dB`, `saw`). */
export type Value = number | string;

/** The answer to `hello`. */
export type Welcome = {
  /** The version of the protocol that is spoken from here on. */
  version: number,
  /** The version of the program. */
  program: string,
  /** The engine's frames per second. */
  rate: number,
  /** The methods that there are. */
  methods: Array<string>,
  /** What is refused, dropped or held back. */
  limits: Limits, };
