"""Signals wait while an extension module is imported or a process is started."""

from __future__ import annotations

import signal

import pytest

from pithbundle.encoding.held_signals import release_signals, signals_held


class Arrived(BaseException):
    """What a handler raises."""


@pytest.mark.signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_program_arrives_afterwards(number: signal.Signals) -> None:
    def handler(*_: object) -> None:
        raise Arrived

    before = signal.signal(number, handler)
    steps = []
    try:
        with pytest.raises(Arrived), signals_held():
            signal.raise_signal(number)
            steps.append("not interrupted")
    finally:
        signal.signal(number, before)
    assert steps == ["not interrupted"]


def test_a_process_that_was_started_meanwhile_releases_them() -> None:
    with signals_held():
        release_signals()
        held = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert not held & {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@pytest.mark.signals
def test_an_interrupt_arrives_after_the_import() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    steps = []
    try:
        with pytest.raises(KeyboardInterrupt), signals_held():
            signal.raise_signal(signal.SIGINT)
            steps.append("not interrupted")
    finally:
        signal.signal(signal.SIGINT, before)
    assert steps == ["not interrupted"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_signal_that_was_held_before_is_held_afterwards() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with pytest.raises(ImportError), signals_held():
            raise ImportError
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_system_without_signal_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask")
    with signals_held():
        release_signals()
