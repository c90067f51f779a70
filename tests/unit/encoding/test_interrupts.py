"""SIGINT waits while an extension module is imported."""

from __future__ import annotations

import signal

import pytest

from pithbundle.encoding.interrupts import interrupts_held


@pytest.mark.signals
def test_an_interrupt_arrives_after_the_import() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    steps = []
    try:
        with pytest.raises(KeyboardInterrupt), interrupts_held():
            signal.raise_signal(signal.SIGINT)
            steps.append("not interrupted")
    finally:
        signal.signal(signal.SIGINT, before)
    assert steps == ["not interrupted"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_signal_that_was_held_before_is_held_afterwards() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with pytest.raises(ImportError), interrupts_held():
            raise ImportError
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_system_without_signal_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask")
    with interrupts_held():
        pass
