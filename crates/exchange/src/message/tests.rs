//! The table of states, walked.

use super::{MessageId, State};
use proptest::prelude::*;

#[test]
fn every_state_can_be_reached_and_none_is_a_dead_end() {
    for state in State::ALL {
        assert_eq!(State::from_name(state.name()), Some(state));
        let is_start = state == State::Received;
        assert_eq!(state.sources().is_empty(), is_start, "{state:?}");
        let goes_on = State::ALL
            .iter()
            .any(|next| next.sources().contains(&state));
        assert_eq!(goes_on, !state.is_final(), "{state:?}");
        assert!(
            state.sources().iter().all(|source| !source.is_final()),
            "{state:?}"
        );
        assert!(
            state.sources().len() <= 4,
            "change_state binds four sources"
        );
    }
    let from_start = |mut reached: Vec<State>| {
        loop {
            let more: Vec<State> = State::ALL
                .into_iter()
                .filter(|s| !reached.contains(s) && s.sources().iter().any(|f| reached.contains(f)))
                .collect();
            if more.is_empty() {
                return reached.len();
            }
            reached.extend(more);
        }
    };
    assert_eq!(from_start(vec![State::Received]), State::ALL.len());
}

proptest! {
    #[test]
    fn an_acceptance_number_reads_back(id in 1_i64..i64::MAX) {
        let id = MessageId(id);
        prop_assert_eq!(MessageId::parse(&id.acceptance_no()), Some(id));
        prop_assert_eq!(MessageId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn any_text_is_a_number_or_not(text in ".{0,20}") {
        let _ = MessageId::parse(&text);
        let _ = MessageId::parse(&format!("TG{text}"));
    }
}
