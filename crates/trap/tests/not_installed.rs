//! A test binary without the allocator: arming refuses, so that a forgotten line cannot pass for a proof.

use sostenuto_trap::armed;

#[test]
#[should_panic(expected = "the allocation trap is not installed")]
fn arming_without_the_allocator_panics() {
    armed(|| {});
}
