//! An engine with its devices, and no thread of its own: for whoever has a loop that looks after it.

use crate::conductor::Conductor;
use crate::desk::Desk;
use crate::notice::Notice;
use crate::ports::{Gathering, PortOptions, PortReport, Ports};
use sostenuto_device::{Counts, Host, OpenError};
use sostenuto_graph::Limits;
use sostenuto_nodes::Way;
use sostenuto_patch::{INPUT_KIND, Patch};

/// A desk, the engine that it leads, and the devices of a host that it plays through. `[control]`
///
/// [`AudioEngine`](crate::AudioEngine) is one on a thread of its own, with the devices of this machine. A rig is for other hosts, such as the
/// [`Fake`](sostenuto_device::Fake) one in simulated time, and for programs that have a loop of their own.
///
/// ```
/// use sostenuto_device::{Fake, FakeDevice};
/// use sostenuto_engine::{PortOptions, Rig};
/// use std::time::Duration;
/// let mut host = Fake::new(1);
/// host.plug(FakeDevice::new("desk", 48_000, 256));
/// host.plug(FakeDevice::new("stage", 44_100, 480));
/// let mut rig = Rig::simulated(host, PortOptions::default(), 48_000);
/// rig.desk_mut().open(r#"
///     [nodes.tone]
///     kind = "sine"
///     [nodes.here]
///     kind = "audio_out"
///     inputs = ["tone"]
///     [nodes.there]
///     kind = "audio_out"
///     device = "stage"
///     inputs = ["tone"]
/// "#, None)?;
/// rig.play(0);
/// for _ in 0..400 {
///     rig.host_mut().run(Duration::from_millis(5));
///     let now = rig.host_mut().now();
///     rig.look(now);
/// }
/// assert!(rig.ports().iter().all(|port| port.device.is_some() && port.underruns == 0));
/// # Ok::<(), sostenuto_engine::DeskError>(())
/// ```
pub struct Rig<H: Host> {
    desk: Desk,
    ports: Ports<H>,
    /// Of the load of engines.
    clock: Option<fn() -> u64>,
    /// The conductor of the engine before, until that is dropped: what was asked of it is answered by it.
    before: Option<Conductor>,
    /// How often the engine went over to another rate.
    turns: u64,
}

impl<H: Host> Rig<H> {
    /// A rig whose engine runs at so many frames per second, with a stereo main bus. Unless `options` say a rate, that is where it begins:
    /// it goes over to that of the device whose clock it runs on. Nothing is opened yet.
    pub fn new(host: H, options: PortOptions, rate: u32) -> Self {
        Rig::with(host, options, (rate, 2), false, Some(sostenuto_device::monotonic_nanos))
    }

    /// The same in simulated time: where no device gives the clock, the engine runs within [`look`](Self::look).
    pub fn simulated(host: H, options: PortOptions, rate: u32) -> Self {
        Rig::with(host, options, (rate, 2), true, None)
    }

    pub(crate) fn with(
        host: H,
        options: PortOptions,
        (rate, channels): (u32, u16),
        simulated: bool,
        clock: Option<fn() -> u64>,
    ) -> Self {
        let (mut conductor, executor) = Conductor::new(f64::from(rate), channels, Limits::default(), clock);
        let ports = Ports::new(host, options, executor, channels, simulated);
        conductor.set_outward(Box::new(ports.door()));
        Rig { desk: Desk::new(conductor), ports, clock, before: None, turns: 0 }
    }

    /// The desk, to ask.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The desk, to work at. What it changes of ports takes effect with the next [`look`](Self::look).
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// The host.
    pub fn host_mut(&mut self) -> &mut H {
        self.ports.host_mut()
    }

    /// Opens the devices, the first time, and lets the engine run. `now` is in nanoseconds of the host's time, as everywhere here.
    pub fn play(&mut self, now: u64) {
        self.tell_ports(now);
        self.ports.play(now);
    }

    /// The first port of a patch whose device could not be opened now, and why.
    pub fn missing_device(&self, patch: &Patch) -> Option<(String, OpenError)> {
        let way = |kind: &str| if kind == INPUT_KIND { Way::In } else { Way::Out };
        let ports =
            patch.nodes.iter().filter_map(|(label, node)| Some((label, node, node.device.as_deref()?)));
        ports.filter(|(.., device)| !device.eq_ignore_ascii_case("default")).find_map(
            |(label, node, device)| Some((label.clone(), self.ports.refusal(way(&node.kind), device)?)),
        )
    }

    /// Lets the engine fade out over 5 ms and stand still. Devices go on, silently.
    pub fn stop(&mut self) {
        self.ports.halt();
    }

    /// Whether the engine stands still.
    pub fn stands(&self) -> bool {
        self.ports.stands()
    }

    /// Looks after everything: streams that were lost, the clock and the rate, what the audio thread told. To be called every few milliseconds. Gives what happened.
    pub fn look(&mut self, now: u64) -> Vec<Notice> {
        self.tell_ports(now);
        self.ports.look(now);
        let mut notices = self.ports.notices();
        let rate = self.ports.wanted_rate(now).filter(|_| !self.desk.conductor().holds_recordings());
        notices.extend(rate.and_then(|rate| self.go_over_to(rate, now)));
        if let Some(before) = &mut self.before {
            notices.append(&mut before.notices());
            if !self.ports.is_turning() {
                self.before = None;
            }
        }
        notices.append(&mut self.desk.conductor_mut().notices());
        notices
    }

    /// Lets an engine at another rate take over.
    fn go_over_to(&mut self, rate: u32, now: u64) -> Option<Notice> {
        let from = self.desk.conductor().sample_rate() as u32;
        let wires = Gathering::default();
        let conductor = self.desk.conductor_mut();
        let Ok((mut next, engine)) = conductor.at_rate(f64::from(rate), self.clock, Box::new(wires.clone()))
        else {
            self.ports.refuse_rate(rate);
            return None;
        };
        self.ports.turn_to(engine, &wires, now);
        next.set_outward(Box::new(self.ports.door()));
        self.before = Some(self.desk.go_over_to(next));
        self.turns += 1;
        Some(Notice::RateChanged { from, to: rate })
    }

    /// Keeps the engine at its rate, wherever its clock comes from.
    pub fn keep_rate(&mut self) {
        self.ports.keep_rate();
    }

    /// How often the engine went over to another rate. Each time it is another one, on one thread.
    pub(crate) fn turns(&self) -> u64 {
        self.turns
    }

    /// How every port of the patch fares, in its order.
    pub fn ports(&self) -> Vec<PortReport> {
        self.ports.report()
    }

    /// What the clock that runs the engine has counted.
    pub fn counts(&self) -> Counts {
        self.ports.counts()
    }

    /// The id of the device whose clock the engine runs on; nothing if it is one of its own.
    pub fn clock(&self) -> Option<String> {
        self.ports.clock()
    }

    /// Closes all devices.
    pub fn shut_down(&mut self) {
        self.ports.shut_down();
    }

    /// Tells the ports what the patch asks for.
    fn tell_ports(&mut self, now: u64) {
        let conductor = self.desk.conductor_mut();
        let asking = conductor.asking();
        let internal = conductor.runs_by_itself();
        self.ports.ask(asking, internal, now);
    }
}

impl<H: Host> std::fmt::Debug for Rig<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rig").field("ports", &self.ports).finish_non_exhaustive()
    }
}
