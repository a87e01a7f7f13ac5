//! The engine with a thread and a clock of its own: the fallback clock here, devices in `sostenuto-device`'s tests.

use sostenuto_device::Request;
use sostenuto_engine::{AudioEngine, AudioError, Notice, Reply};
use sostenuto_patch::command::parse;
use std::time::{Duration, Instant};

const TONE: &str = "
    [nodes.tone]
    kind = 'sine'
    [nodes.out]
    kind = 'audio_out'
    inputs = ['tone']
";

#[test]
fn ten_lines() -> Result<(), AudioError> {
    let engine = AudioEngine::without_device(48_000, 2)?;
    engine.apply_toml(TONE)?;
    engine.play()?;
    engine.set("tone", "frequency", 330.0)?;
    std::thread::sleep(Duration::from_millis(100));
    engine.stop()
}

/// The next notice that fits; fails if it does not come, which on a busy machine may take a while.
fn await_notice(notices: &std::sync::mpsc::Receiver<Notice>, fits: impl Fn(&Notice) -> bool) -> Notice {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if let Ok(notice) = notices.recv_timeout(Duration::from_millis(50))
            && fits(&notice)
        {
            return notice;
        }
    }
    panic!("the notice did not come");
}

#[test]
fn any_number_of_hands() {
    let engine = AudioEngine::without_device(48_000, 2).unwrap();
    let notices = engine.controller().listen().unwrap();
    engine.apply_toml(TONE).unwrap();
    engine.play().unwrap();
    await_notice(&notices, |n| matches!(n, Notice::Applied { .. }));
    let hands: Vec<_> = (0..4)
        .map(|hand| {
            let controller = engine.controller();
            std::thread::spawn(move || {
                let tickets = (0..50)
                    .map(|i| controller.set("tone", "frequency", 200.0 + (hand * 50 + i) as f32, None));
                tickets.collect::<Result<Vec<_>, _>>().unwrap()
            })
        })
        .collect();
    let sent: Vec<_> = hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect();
    let mut told = Vec::new();
    while told.len() < sent.len() {
        if let Notice::Set { ticket, .. } = await_notice(&notices, |n| matches!(n, Notice::Set { .. })) {
            told.push(ticket);
        }
    }
    let sorted = |mut tickets: Vec<_>| {
        tickets.sort();
        tickets
    };
    assert_eq!(sorted(told), sorted(sent), "each request is acknowledged once");
}

#[test]
fn stopped_and_played_again_it_goes_on_where_it_was() {
    let engine = AudioEngine::without_device(48_000, 2).unwrap();
    engine.apply_toml(TONE).unwrap();
    let frame =
        |engine: &AudioEngine| engine.controller().with(|desk| desk.conductor().load().frame()).unwrap();
    assert_eq!(frame(&engine), 0, "no time passes before it plays");
    let until = |beyond: u64| {
        let end = Instant::now() + Duration::from_secs(20);
        while frame(&engine) <= beyond {
            assert!(Instant::now() < end, "time stands still");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    engine.play().unwrap();
    until(0);
    engine.stop().unwrap();
    let stopped = frame(&engine);
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(frame(&engine), stopped);
    engine.play().unwrap();
    until(stopped);
}

#[test]
fn commands_and_refusals_cross_the_threads() {
    let engine = AudioEngine::without_device(44_100, 1).unwrap();
    assert_eq!((engine.outlet().rate, engine.outlet().device.clone()), (44_100, None));
    engine.apply_toml(TONE).unwrap();
    let error = engine.set("tune", "frequency", 1.0).unwrap_err();
    assert_eq!(error.to_string(), "there is no node `tune`: did you mean `tone`?");
    let error = engine.apply_toml("[nodes.x]\nkind = 'tone'").unwrap_err();
    assert!(error.to_string().contains("there is no kind `tone`"), "{error}");
    let command = parse("add quiet gain gain=-6 from tone to out").unwrap().unwrap().command;
    let reply = engine.controller().with(move |desk| desk.carry_out(&command, None)).unwrap().unwrap();
    assert!(matches!(reply, Reply::Edited(applied) if applied.edits.len() == 3));
    let controller = engine.controller();
    drop(engine);
    assert!(matches!(controller.set("tone", "frequency", 1.0, None), Err(AudioError::ShutDown)));
}

#[test]
fn a_device_that_is_not_there_is_an_error_with_a_remedy() {
    let request = Request { device: Some("the gramophone in the attic".into()), ..Request::default() };
    let error = AudioEngine::on(request).unwrap_err();
    assert!(matches!(error, AudioError::DeviceNotFound(_)), "{error:?}");
    assert!(error.to_string().contains("gramophone"), "{error}");
}
