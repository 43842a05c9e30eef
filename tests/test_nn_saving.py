"""Networks in files: what comes back, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

import autograd_mini as ag
from autograd_mini import files, nn, optim

if TYPE_CHECKING:
    from collections.abc import Callable

    Arrays = dict[str, np.ndarray[Any, Any]]
    Change = Callable[[Arrays, dict[str, Any]], object]

X = np.random.default_rng(0).normal(size=(24, 3))
NO_FILE = r"is no file that save\(\) wrote, or isn't whole"
Y = (X.sum(axis=1) > 0).astype(int)
IMAGES = np.random.default_rng(1).normal(size=(5, 2, 2, 3)).astype(np.float32)


def normalized(layers: list[nn.Module], **settings: Any) -> nn.Sequential:
    first = nn.Normalization()
    first.adapt(X)
    return nn.Sequential([first, *layers], **settings)


def classifier(dtype: Any = np.float64) -> nn.Sequential:
    """A trained one, that is small."""
    model = nn.Sequential([nn.Dense(2, activation="tanh"), nn.Dense(1, activation="sigmoid")], seed=0)
    model.compile(optim.Adam(learning_rate=0.1), "binary_crossentropy", ["accuracy"])
    model.fit(X.astype(dtype), Y, epochs=2, batch_size=8)
    return model


def through(path: Path, model: nn.Module) -> Any:
    model.save(path)
    return nn.load_model(path)


def bits(arrays: Arrays) -> dict[str, tuple[Any, ...]]:
    return {name: (x.dtype, x.shape, x.tobytes()) for name, x in arrays.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


# What comes back


def shared() -> nn.Sequential:
    twice = nn.Dense(3, activation="tanh")
    inner = nn.Sequential([twice, nn.Activation("relu"), nn.Sequential([nn.Dense(3)])], seed=7)
    return nn.Sequential([inner, twice, inner, nn.Dense(1)])


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Any]] = {
    "one layer": (lambda: nn.Dense(2, use_bias=False), X),
    "float32": (lambda: nn.Sequential([nn.Dense(2, activation=ag.tanh), nn.Dense(1)], seed=3), X.astype(np.float32)),
    "images": (lambda: nn.Sequential([nn.Flatten(), nn.Dense(3, activation="log_softmax")]), IMAGES),
    "rows within examples": (lambda: nn.Sequential([nn.Dense(2), nn.Dense(1)]), IMAGES),
    "normalised": (lambda: normalized([nn.Dropout(0.5), nn.Dense(1)]), X),
    "layers used twice": (shared, X),
    "a generator as seed": (lambda: nn.Sequential([nn.Dense(1)], seed=np.random.default_rng(0)), X),
    "neurons": (lambda: nn.MLP(3, [4, 1]).to_sequential(), X),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_back(name: str, path: Path) -> None:
    make, batch = NETWORKS[name]
    model = make()
    model(batch)
    again = through(path, model)
    assert bits(again.weights()) == bits(model.weights())
    assert [type(part) for part in again.modules()] == [type(part) for part in model.modules()]
    assert len(again.parameters()) == len(model.parameters())
    np.testing.assert_array_equal(again.predict(batch), model.predict(batch))
    assert (repr(again), again.output_shape) == (repr(model), model.output_shape)
    assert (again.loss, again.optimizer, again.history, again.table) == (None, None, None, None)


def test_a_network_that_no_batch_has_gone_through_comes_back(path: Path) -> None:
    dense = nn.Dense(1)
    dense(X)
    model = normalized([dense])
    again = through(path, model)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_initializers_and_regularizers_come_back_with_their_settings(path: Path) -> None:
    layer = nn.Dense(
        2,
        kernel_initializer=nn.Normal(0.5, seed=3),
        bias_initializer=nn.Constant(2),
        kernel_regularizer=nn.L1L2(0.1, 0.2),
        bias_regularizer="l1",
    )
    layer(X)
    again = through(path, layer)
    for name in ("kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer"):
        assert getattr(again, name).config() == getattr(layer, name).config()
    assert again.penalty().item() == layer.penalty().item() > 0


def test_numbers_that_are_none_come_back_bit_for_bit(path: Path) -> None:
    model = classifier(np.float32)
    strange = np.array([0x7FC00001, 0xFFC0ABCD, 0x7F800000, 0x80000000, 1, 0xFF800000], np.uint32).view(np.float32)
    model.layers[0].W.data = strange.reshape(3, 2)
    assert model.history is not None
    model.history.append(2, {"loss": float("nan"), "accuracy": float("-inf"), "seen": 3})
    again = through(path, model)
    assert bits(again.weights()) == bits(model.weights())
    assert again.history.epoch == [0, 1, 2]
    assert repr(again.history.history) == repr({**model.history.history, "seen": [3.0]})


def test_the_table_that_a_network_learned_from_comes_back(path: Path) -> None:
    model = classifier()
    model.table = {"columns": ["größe", 'with "quotes"', "\u202e"], "classes": None, "mean": 0.1}
    assert through(path, model).table == model.table


def test_a_network_is_compiled_as_it_was(path: Path) -> None:
    model = classifier()
    model.compile(optim.SGD(momentum=0.5, clipnorm=1.0), nn.Huber(delta=0.5), ["mae", nn.metrics.r2_score])
    again = through(path, model)
    assert again.optimizer.config() == model.optimizer.config()
    assert again.loss.config() == model.loss.config()
    assert again.evaluate(X, Y, return_dict=True) == model.evaluate(X, Y, return_dict=True)


METHODS: dict[str, Callable[[], optim.Optimizer]] = {
    "sgd": lambda: optim.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: optim.RMSprop(momentum=0.5),
    "adam": lambda: optim.Adam(learning_rate=optim.ExponentialDecay(0.1, 2, 0.5, staircase=True)),
    "adamw": lambda: optim.AdamW(learning_rate=optim.PiecewiseConstantDecay([3, 9], [0.1, 0.01, 0.001])),
    "clipped": lambda: optim.Adam(global_clipnorm=0.1),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", METHODS)
def test_training_that_was_saved_goes_on_like_training_that_never_stopped(method: str, dtype: Any, path: Path) -> None:
    def fresh() -> nn.Sequential:
        dense = nn.Dense(4, activation="relu", kernel_regularizer=nn.L2(0.01))
        model = normalized([dense, nn.Dropout(0.25), nn.Dense(1)], seed=5)
        model.compile(METHODS[method](), nn.BinaryCrossentropy(from_logits=True), ["accuracy"])
        return model

    batch, model, whole = X.astype(dtype), fresh(), fresh()
    model.fit(batch, Y, batch_size=7, epochs=2)
    again = through(path, model)
    assert bits(again.optimizer.state()) == bits(model.optimizer.state())
    again.fit(batch, Y, batch_size=7, epochs=5, initial_epoch=2)
    whole.fit(batch, Y, batch_size=7, epochs=5)
    assert bits(again.weights()) == bits(whole.weights())
    assert again.history.history["loss"] == whole.history.history["loss"][2:]  # type: ignore[union-attr]


def test_training_that_was_saved_before_its_first_step_begins(path: Path) -> None:
    model = normalized([nn.Dense(1)], seed=0)
    model.compile("adam", "mse")
    model.build((None, 3))
    again = through(path, model)
    for network in (model, again):
        network.fit(X, Y)
    assert bits(again.weights()) == bits(model.weights())


@pytest.mark.parametrize(
    "own",
    [
        {"loss": lambda y, p: (y - p) ** 2},
        {"metrics": [lambda y, p: abs(y - p)]},
        {"optimizer": optim.SGD(learning_rate=lambda step: 0.1 / (1 + step))},
        {"optimizer": type("Mine", (optim.SGD,), {})()},
    ],
    ids=["loss", "metric", "schedule", "optimizer"],
)
def test_with_a_function_of_ones_own_it_is_to_be_compiled_again(own: dict[str, Any], path: Path) -> None:
    model = classifier()
    model.compile(**{"optimizer": "sgd", "loss": "mse", **own})
    again = through(path, model)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    with pytest.raises(RuntimeError, match="compile the network first"):
        again.fit(X, Y)


def test_a_layer_that_came_after_training_does_not_spoil_the_file(path: Path) -> None:
    model = classifier()
    model.add(nn.Dense(1))
    model(X)
    np.testing.assert_array_equal(through(path, model).predict(X), model.predict(X))


def test_weights_of_a_file_go_into_a_network_that_is_like_its_own(path: Path) -> None:
    model, other = classifier(), classifier()
    model.layers[0].W.data += 1
    model.save(path)
    other.load_weights(path)
    assert bits(other.weights()) == bits(model.weights())


@pytest.mark.torch
def test_weights_go_to_pytorch_and_back() -> None:
    import torch

    model, again = classifier(), classifier()
    w = model.weights()
    state = {f"{2 * i}.{theirs}": torch.tensor(x) for i in range(2) for theirs, x in
             (("weight", w[f"layers.{i}.W"].T), ("bias", w[f"layers.{i}.b"]))}  # fmt: skip
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    theirs.double().load_state_dict(state)
    np.testing.assert_allclose(theirs(torch.tensor(X)).detach().numpy(), model.predict(X), rtol=1e-12)
    names = {"weight": "W", "bias": "b"}
    split = ((name.split("."), x.numpy()) for name, x in theirs.state_dict().items())
    again.load_weights({f"layers.{int(i) // 2}.{names[of]}": x.T for (i, of), x in split})
    assert bits(again.weights()) == bits(w)


# What is not saved


class Own(nn.Sequential):
    pass


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (nn.Dense(1, activation=lambda z: z * z), r"Dense's activation is <function .*, which no file can hold"),
        (nn.Activation(np.sort), r"Activation's activation is <.*, which no file can hold"),
        (nn.Dense(1, kernel_initializer=lambda shape, _: np.ones(shape)), "Dense's kernel_initializer is <function"),
        (nn.Dense(1, kernel_regularizer=lambda w: (w * w).sum()), "Dense's kernel_regularizer is <function"),
        (nn.Dense(1, kernel_initializer=type("Mine", (nn.Zeros,), {})()), "no kernel_initializer is described"),
        (Own([nn.Dense(1)]), r"no file can hold a Own's code: save networks of nn's own layers.*weights\(\)"),
        (nn.Sequential([Own([nn.Dense(1)])]), "no file can hold a Own's code"),
        (nn.MLP(3, [1]), "no file can hold a MLP's code"),
    ],
)  # fmt: skip
def test_what_no_file_can_hold_is_refused(model: nn.Module, text: str, path: Path) -> None:
    if not isinstance(model, nn.MLP):  # which takes one example
        model(X)
    with pytest.raises(ValueError, match=text):
        model.save(path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("model", [nn.Sequential(), nn.Dense(1), nn.Normalization(), nn.Sequential([nn.Dense(1)])])
def test_a_network_whose_widths_are_unknown_is_refused(model: nn.Module, path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"saved when its widths are known: call it on a batch, or build"):
        model.save(path)
    assert list(path.parent.iterdir()) == []


def test_a_place_where_there_can_be_no_file_is_refused(tmp_path: Path) -> None:
    model = classifier()
    with pytest.raises(FileNotFoundError, match=r"there is no directory '.*nowhere'"):
        model.save(tmp_path / "nowhere" / "model.safetensors")
    with pytest.raises(IsADirectoryError, match="it is a directory"):
        model.save(tmp_path)


# What is not loaded


@pytest.fixture(params=["load_model", "load_weights"])
def refuses(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Loading raises this, and leaves a network that is there as it is."""
    model = classifier()
    load = nn.load_model if request.param == "load_model" else model.load_weights
    before = bits(model.weights())

    def check(path: Path, error: type[Exception] = ValueError, text: str = NO_FILE) -> None:
        with pytest.raises(error, match=text):
            load(path)
        assert bits(model.weights()) == before

    return check


def test_a_path_without_a_file_is_named(refuses: Callable[..., None], tmp_path: Path) -> None:
    refuses(tmp_path / "none.safetensors", FileNotFoundError, r"none\.safetensors")
    refuses(tmp_path, IsADirectoryError, r"is a directory, expected a file that save\(\) wrote")
    refuses(Path(os.devnull))


def length(number: int) -> bytes:
    return number.to_bytes(8, "little")


def declared(header: str, size: int | None = None) -> bytes:
    return length(len(header) if size is None else size) + header.encode()


GARBAGE = {
    "empty": b"",
    "nothing declared": length(0),
    "text": b"x,y\n1,2\n" * 100,
    "random": np.random.default_rng(0).bytes(1000),
    "a pickle": pickle.dumps({"weights": 1}),
    "a zip": b"PK\x03\x04" + bytes(1000),
    "no JSON": declared("[" * 50_000),
    "other JSON": declared("[1, 2]"),
    "a header larger than the file": declared("{}", 1 << 20),
    "a header of exabytes": declared("{}", (1 << 64) - 1),
    "an array larger than the file": declared(
        '{"w":{"dtype":"F64","shape":[1099511627776],"data_offsets":[0,8796093022208]}}'
    ),
    "an array too large to count": declared(
        '{"w":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'
    ),
    "an array that begins before the file": declared('{"w":{"dtype":"F64","shape":[1],"data_offsets":[-8,0]}}'),
    "no arrays": declared("{}"),
    "arrays of another program": declared('{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}') + bytes(8),
}  # fmt: skip


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused(content: bytes, refuses: Callable[..., None], path: Path) -> None:
    path.write_bytes(content)
    refuses(path)


@pytest.fixture
def small(path: Path) -> bytes:
    """A file of few bytes."""
    model = nn.Sequential([nn.Dense(1)], seed=0)
    model(X)
    model.save(path)
    return path.read_bytes()


def test_a_file_that_was_cut_at_any_byte_is_refused(small: bytes, path: Path) -> None:
    for content in [*(small[:size] for size in range(len(small))), small + b"\0"]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=NO_FILE):
            nn.load_model(path)


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_a_file_with_any_bit_flipped_is_refused(step: int, small: bytes, path: Path) -> None:
    for i in range(0, 8 * len(small), step):
        content = bytearray(small)
        content[i // 8] ^= 1 << i % 8
        path.write_bytes(content)
        with pytest.raises(ValueError, match=NO_FILE):
            nn.load_model(path)


def rewrite(path: Path, change: Change, text: str | None = None, **metadata: str) -> None:
    """Change a file's content, and let its checksum be right."""
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it can't be iterated over
        said = json.loads(file.metadata()["model"])
    change(arrays, said)
    model = json.dumps(said) if text is None else text
    digest = hashlib.sha256(model.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode() + arrays[name].tobytes())
    save_file(arrays, path, {"version": "1", "model": model, "checksum": digest.hexdigest()} | metadata)


def test_a_file_of_another_version_says_so(refuses: Callable[..., None], path: Path) -> None:
    classifier().save(path)
    rewrite(path, lambda *_: None)
    nn.load_model(path)
    rewrite(path, lambda *_: None, version="2")
    refuses(path, text="its format is version 2, this reads 1: use a newer autograd-mini")


def first(said: dict[str, Any]) -> dict[str, Any]:
    layer: dict[str, Any] = said["architecture"]["layers"][0]
    return layer


WRONG: dict[str, tuple[Change, str]] = {
    "missing": (lambda arrays, _: arrays.pop("weights/layers.0.b"), "has no 'layers.0.b'"),
    "extra": (lambda arrays, _: arrays.update({"weights/extra": np.ones(1)}), "extra is unknown"),
    "mis-shaped": (
        lambda arrays, _: arrays.update({"weights/layers.0.W": np.ones((4, 2))}),
        r"layers.0.W is \(4, 2\) float64, expected \(3, 2\)",
    ),
    "not a float": (
        lambda arrays, _: arrays.update({"weights/layers.0.b": np.ones(2, int)}),
        r"layers.0.b is \(2,\) int64, expected \(2,\), float32 or float64",
    ),
    "optimizer missing": (lambda arrays, _: arrays.pop("optimizer/0.1"), "state is not of a Adam"),
    "all of the optimizer missing": (
        lambda arrays, _: [arrays.pop(name) for name in list(arrays) if name.startswith("optimizer/")],
        "state is not of a Adam",
    ),
    "optimizer mis-shaped": (
        lambda arrays, _: arrays.update({"optimizer/0.1": np.ones(3)}), "state is not of a Adam"
    ),
    "optimizer's dtype": (
        lambda arrays, _: arrays.update({"optimizer/0.1": np.ones(11, np.float32)}), "state is not of a Adam"
    ),
    "unknown layer": (lambda _, said: first(said).update({"class": "Conv2D"}), "no layer is described by .*Conv"),
    "a loss as a layer": (lambda _, said: first(said).update({"class": "Hinge"}), "no layer is described by"),
    "unknown setting": (lambda _, said: first(said).update(stride=2), "no layer is described by"),
    "unknown activation": (lambda _, said: first(said).update(activation="swoosh"), "unknown activation 'swoosh'"),
    "huge": (lambda _, said: first(said).update(units=10**15), r"expected \(3, 1000000000000000\)"),
    "no units": (lambda _, said: first(said).update(units=-1), "units is a positive integer"),
    "shapes of text": (lambda _, said: first(said).update(shapes=["a", "b"]), "interpreted as an integer"),
    "a layer from nowhere": (lambda _, said: said["architecture"]["layers"].append({"same": ".9"}), "has no '.9'"),
    "unknown optimizer": (
        lambda _, said: said["compile"]["optimizer"].update({"class": "Lion"}), "no optimizer is described by"
    ),
    "unknown loss": (lambda _, said: said["compile"]["loss"].update({"class": "Mine"}), "no loss is described by"),
    "unknown metric": (lambda _, said: said["compile"].update(metrics=["f7"]), "unknown metric 'f7'"),
    "another generator": (lambda _, said: said["compile"]["generator"].update(bit_generator="MT19937"), "PCG64"),
    "other random numbers": (lambda _, said: said["compile"]["generator"].update(uinteger=-1), "negative|bounds"),
    "no network": (
        lambda _, said: said.update(architecture={"class": "Zeros", "shapes": [None, None]}), "'Zeros' object"
    ),
    "no architecture": (lambda _, said: said.pop("architecture"), "it has no 'architecture'"),
    "epochs of text": (lambda _, said: said["history"].update(epoch="ab"), "interpreted as an integer"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "text"), WRONG.values(), ids=WRONG)
def test_content_that_makes_no_network_is_refused(change: Change, text: str, path: Path) -> None:
    classifier().save(path)
    rewrite(path, change)
    with pytest.raises(ValueError, match=f"{NO_FILE}: .*{text}"):
        nn.load_model(path)


@pytest.mark.parametrize(
    "other",
    [
        lambda: nn.Sequential([nn.Dense(3, activation="tanh"), nn.Dense(1)]),
        lambda: nn.Sequential([nn.Dense(2)]),
        lambda: nn.Sequential([nn.Dense(2), nn.Dense(1), nn.Dense(1)]),
    ],
    ids=["mis-shaped", "extra", "missing"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_of_another_network_are_refused(other: Callable[[], nn.Module], dtype: Any, path: Path) -> None:
    classifier(dtype).save(path)
    model = other()
    model(X)
    before = bits(model.weights())
    with pytest.raises(ValueError, match="these weights are not this network's"):
        model.load_weights(path)
    assert bits(model.weights()) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(thing: Any) -> list[tuple[Any, Any]]:
    """Every place in JSON that holds something."""
    items = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    return [place for key, x in items for place in [(thing, key), *places(x)]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 10_000), instead=JSON)
def test_nonsense_anywhere_in_what_is_said_is_refused_or_does_no_harm(which: int, instead: Any, path: Path) -> None:
    def change(_: Arrays, said: dict[str, Any]) -> None:
        every = places(said)
        holder, key = every[which % len(every)]
        holder[key] = instead

    classifier().save(path)
    rewrite(path, change)
    try:
        model = nn.load_model(path)
    except ValueError as error:
        assert "is no file that save() wrote" in str(error)  # noqa: PT017  # it may come or not
    else:
        assert bits(model.weights()) == bits(classifier().weights())


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"architecture":' * 900 + "1" + "}" * 900, "nul", "9" * 5000, "[]", '""']
)
def test_nonsense_instead_of_what_is_said_is_refused(text: str, path: Path) -> None:
    classifier().save(path)
    rewrite(path, lambda *_: None, text)
    with pytest.raises(ValueError, match=NO_FILE):
        nn.load_model(path)


def test_what_is_refused_takes_no_memory(tmp_path: Path) -> None:
    for i, content in enumerate(GARBAGE.values()):
        (tmp_path / f"{i}.safetensors").write_bytes(content)
    for name in ("huge", "mis-shaped"):
        classifier().save(tmp_path / f"{name}.safetensors")
        rewrite(tmp_path / f"{name}.safetensors", WRONG[name][0])
    code = """
import pathlib, resource, sys
from autograd_mini import nn

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

paths = sorted(pathlib.Path(sys.argv[1]).iterdir())
for path in [paths[0], *paths]:
    try:
        nn.load_model(path)
    except ValueError:
        refused = most()
        before = locals().get("before", refused)
print(len(paths), refused - before)
"""
    if sys.platform != "linux":
        pytest.skip("there ru_maxrss counts in another unit, or is missing")
    ran = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, ran.stdout.split())
    assert count == len(GARBAGE) + 2
    assert kilobytes < 32_000


# Nothing is lost


def test_a_full_disk_leaves_the_old_file_whole(path: Path) -> None:
    resource = pytest.importorskip("resource")
    model = classifier()
    model.save(path)
    old = path.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            model.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_the_old_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    model = classifier()
    model.save(path)
    old = path.read_bytes()
    monkeypatch.setattr(files.Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.save(path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_file(path: Path) -> None:
    code = """
import sys
from autograd_mini import nn
model = nn.Sequential([nn.Dense(700)], seed=0)
model.build((None, 700))
for i in range(1_000_000):
    model.layers[0].b.data[:] = i
    model.save(sys.argv[1])
    print(i, flush=True)
"""
    rng = np.random.default_rng(0)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        b = nn.load_model(path).layers[0].b.data
        assert (b == b[0]).all()
        path.unlink()


def test_saving_within_a_recorded_function_is_refused(path: Path) -> None:
    model = classifier()

    def f(x: Any) -> Any:
        model.load_weights(path)
        return x

    model.save(path)
    with pytest.raises(ag.RecordingError, match=r"load_weights\(\)"):
        ag.jit(f)(1.0)
