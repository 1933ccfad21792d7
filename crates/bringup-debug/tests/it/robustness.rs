//! Whatever comes over the wire, the session goes on.

use bringup_debug::{Ended, Server};
use proptest::prelude::*;

use crate::board::{COUNT, board};
use crate::wire::{Wire, answers, packet, session};

/// What the server sends when the other side says these bytes, and then `D`.
fn raw(messages: &[&[u8]]) -> String {
    let script = messages
        .iter()
        .map(|message| message.to_vec())
        .chain([packet("D")]);
    let wire = Wire::new(script);
    let transcript = wire.transcript();
    let ended = Server::new(board(COUNT)).serve(wire);
    assert_eq!(ended.unwrap(), Ended::Detached);
    String::from_utf8(transcript.borrow().clone()).unwrap()
}

#[test]
fn damage_is_asked_for_again() {
    insta::assert_snapshot!(raw(&[b"$p0#00", b"$p0#a0"]), @r##"-+$000*"#dc+$OK#9a"##);
}

#[test]
fn the_last_answer_is_sent_again() {
    insta::assert_snapshot!(raw(&[b"$p0#a0", b"-"]), @r##"+$000*"#dc+$000*"#dc+$OK#9a"##);
}

#[test]
fn malformed_packets_are_refused() {
    let script = [
        "m",
        "mzz,4",
        "mffffffff,10000",
        "P",
        "Pzz=00",
        "Z",
        "Z1",
        "vCont;",
        "G00",
        "p",
        "pffff",
        "X0,4:",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    E16
    E16
    E16
    E16
    E16
    E16
    E16
    E16
    E16
    E16

    E0e
    OK
    Detached
    ");
}

#[test]
fn unknown_packets_get_the_empty_answer() {
    insta::assert_snapshot!(session(
        board(COUNT),
        &["vMustReplyEmpty", "_whatever", "qUnknown", "D"]
    ), @r"



    OK
    Detached
    ");
}

#[test]
fn a_refusal_keeps_what_was_settled() {
    // After `QStartNoAckMode` nothing is acknowledged, also after the engine had to start again.
    insta::assert_snapshot!(raw(&[
        &packet("QStartNoAckMode"),
        &packet("m"),
        &packet("p0")
    ]), @r##"+$OK#9a$E16#ac$000*"#dc$OK#9a"##);
}

#[test]
fn what_the_engine_fails_at_does_not_hold_up_what_comes_after() {
    insta::assert_snapshot!(session(board(COUNT), &["qSupported", "p0", "qSupported:", "m", "p0", "D"]), @r"
    E16
    00000000
    E16
    E16
    00000000
    OK
    Detached
    ");
}

#[test]
fn both_packets_that_kill_are_answered_as_the_protocol_has_it() {
    let ended = |script: &[&str]| session(board(COUNT), script);
    insta::assert_snapshot!(ended(&["k"]), @"Killed");
    insta::assert_snapshot!(ended(&["vKill;1"]), @r"
    OK
    Killed
    ");
    insta::assert_snapshot!(ended(&["QStartNoAckMode", "vKill;1"]), @r"
    OK
    OK
    Killed
    ");
}

#[test]
fn an_endless_packet_is_refused_when_it_ends() {
    let long = [&b"$"[..], &vec![b'x'; 100_000], b"#00"].concat();
    assert_eq!(raw(&[&long]), "+$E16#ac+$OK#9a");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let wire = Wire::new([bytes]);
        let transcript = wire.transcript();
        let _ = Server::new(board(COUNT)).serve(wire);
        // What was sent is well-formed all the same.
        answers(&transcript.borrow());
    }

    #[test]
    fn any_packets(bodies in prop::collection::vec("[gGmMXpPzZqQvcs?HTDk][0-9a-f,:;=+ABCFRVceflorst-]{0,24}", 1..12)) {
        let wire = Wire::new(bodies.iter().map(|body| packet(body)));
        let transcript = wire.transcript();
        let _ = Server::new(board(COUNT)).serve(wire);
        answers(&transcript.borrow());
    }
}
