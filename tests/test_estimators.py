"""Networks as scikit-learn's estimators."""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from autograd_mini import estimators, nn, optim
from autograd_mini.estimators import Classifier, Regressor

IRIS, SPECIES = load_iris(return_X_y=True)
QUICK: dict[str, Any] = {"epochs": 30, "learning_rate": 0.02, "seed": 0}
# A step sees some of the examples, so that it matters which they are: two of the same aren't one that counts twice.
BATCHES = {"check_sample_weight_equivalence_on_dense_data": "batches"}

each_estimator = pytest.mark.parametrize("kind", [Classifier, Regressor])


@each_estimator
def test_scikit_learns_checks_pass(kind: Any) -> None:
    results = check_estimator(kind(**QUICK | {"epochs": 60}), expected_failed_checks=BATCHES, on_skip=None)
    assert len(results) > 50
    assert {result["check_name"] for result in results if result["status"] == "xfail"} == {*BATCHES}


@pytest.mark.parametrize(
    ("names", "ending"),
    [(["setosa", "versicolor", "virginica"], 3), ([10, 20, 5], 3), (["no", "yes"], 1), ([-1, 1], 1), ([0, 1], 1)],
)
def test_classes_are_what_y_calls_them(names: list[Any], ending: int) -> None:
    rows = len(names) > SPECIES
    y = np.array(names)[SPECIES[rows]]
    model = Classifier(**QUICK).fit(IRIS[rows], y)
    p = model.predict_proba(IRIS[rows])
    assert model.classes_.tolist() == sorted(names)
    assert (p.shape, model.model_.layers[-1].units) == ((len(y), len(names)), ending)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    predicted = model.predict(IRIS[rows])
    assert predicted.dtype == y.dtype
    np.testing.assert_array_equal(predicted, model.classes_[p.argmax(axis=1)])
    assert model.score(IRIS[rows], y) == (predicted == y).mean() > 0.9


def test_the_network_is_what_the_settings_say() -> None:
    model = Classifier((5, 4), "tanh", optimizer=optim.SGD(momentum=0.5), l2=0.25, epochs=3, batch_size=50, seed=1)
    model.fit(IRIS, SPECIES)
    network = model.model_
    dense = [(layer.units, layer.activation, layer.kernel_regularizer.l2) for layer in network.layers[1:]]
    assert dense == [(5, "tanh", 0.25), (4, "tanh", 0.25), (3, "softmax", 0.25)]
    assert network.optimizer.config() == optim.SGD(momentum=0.5).config()
    assert (network.history.epoch, network.optimizer.steps) == ([0, 1, 2], 9)
    np.testing.assert_allclose(network.layers[0].mean.data, IRIS.mean(axis=0))


def test_without_hidden_layers_it_is_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    X, y = load_breast_cancer(return_X_y=True)
    X, m = StandardScaler().fit_transform(X), len(X)
    theirs = LogisticRegression(C=0.01, tol=1e-10).fit(X, y)  # Σ loss + Σw² / 2C: m times ours, where l2 is 1 / 2Cm
    rate = optim.CosineDecay(0.05, 500)
    ours = Classifier((), learning_rate=rate, l2=1 / (2 * 0.01 * m), epochs=500, batch_size=m, seed=0).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_numbers_of_any_size_are_predicted_alike(scale: float) -> None:
    X, y = load_diabetes(return_X_y=True)
    model = Regressor(**QUICK, batch_size=128).fit(X, y)
    other = Regressor(**QUICK, batch_size=128).fit(X, scale * y - 5 * scale)
    np.testing.assert_allclose(other.predict(X), scale * model.predict(X) - 5 * scale, rtol=1e-6)
    np.testing.assert_array_equal(other.predict(X), other.model_.predict(X)[:, 0])
    assert model.score(X, y) > 0.5


def test_several_numbers_are_predicted_at_once() -> None:
    Y = np.column_stack([IRIS[:, 0], 1000 * IRIS[:, 1], np.full(len(IRIS), 7.0)])
    model = Regressor(**QUICK).fit(IRIS, Y)
    predicted = model.predict(IRIS)
    assert predicted.shape == Y.shape
    np.testing.assert_allclose(predicted[:, 2], 7, atol=0.5)
    assert (np.corrcoef(predicted[:, :2], Y[:, :2], rowvar=False)[:2, 2:].diagonal() > 0.95).all()


@each_estimator
def test_the_same_seed_gives_the_same_predictions(kind: Any) -> None:
    one, same, other = (kind(**QUICK | {"epochs": 2, "seed": seed}).fit(IRIS, SPECIES) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.predict(IRIS), same.predict(IRIS))
    weights, others = one.model_.weights(), other.model_.weights()
    assert not np.array_equal(weights["layers.1.W"], others["layers.1.W"])


@each_estimator
@each_deep_copy
def test_copies_predict_the_same(make_copy: Any, kind: Any) -> None:
    model = kind(**QUICK).fit(IRIS, SPECIES)
    np.testing.assert_array_equal(make_copy(model).predict(IRIS), model.predict(IRIS))


@each_estimator
def test_clones_have_the_settings_and_nothing_learned(kind: Any) -> None:
    model = kind(layers=(4,), optimizer=optim.SGD(momentum=0.9), epochs=1).fit(IRIS, SPECIES)
    again = clone(model)
    assert again.get_params().keys() == model.get_params().keys()
    assert again.optimizer.config() == model.optimizer.config()
    with pytest.raises(NotFittedError):
        again.predict(IRIS)
    again.set_params(layers=(8, 8), l2=0.1).fit(IRIS, SPECIES)
    assert [layer.units for layer in again.model_.layers[1:-1]] == [8, 8]


def test_a_schedule_begins_anew_with_each_fit() -> None:
    optimizer = optim.Adam(learning_rate=lambda step: 0.1 / (1 + step))
    model = Regressor(optimizer=optimizer, epochs=2, seed=0)
    first, second = (model.fit(IRIS, SPECIES).predict(IRIS) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (optimizer.steps, optimizer.parameters) == (0, [])


def test_it_goes_into_pipelines_searches_and_cross_validation() -> None:
    X_train, X_test, y_train, y_test = train_test_split(IRIS, SPECIES, stratify=SPECIES, random_state=0)
    pipeline = make_pipeline(StandardScaler(), Classifier(**QUICK))
    grid = {"classifier__layers": [(), (16,)], "classifier__activation": ["relu", "tanh"]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X_train, y_train)
    assert len(search.cv_results_["params"]) == 4
    assert search.score(X_test, y_test) > 0.9
    assert cross_val_score(Classifier(**QUICK), IRIS, SPECIES, cv=3).mean() > 0.9
    diabetes = load_diabetes(return_X_y=True)
    assert cross_val_score(Regressor((), **QUICK), *diabetes, cv=3).mean() > 0.4


def test_columns_are_known_by_their_names() -> None:
    data = load_iris(as_frame=True)
    model = Classifier(**QUICK).fit(data.data, data.target)
    assert (model.n_features_in_, model.feature_names_in_.tolist()) == (4, data.feature_names)
    assert model.score(data.data, data.target) > 0.9
    with pytest.raises(ValueError, match="feature names"):
        model.predict(data.data.iloc[:, ::-1])


def test_examples_count_by_their_weights() -> None:
    X, y = [[0.0], [0.0]], ["rare", "common"]
    model = Classifier((), learning_rate=0.1, seed=0, batch_size=2).fit(X, y, sample_weight=[1, 3])
    assert model.predict_proba([[0.0]])[0] == pytest.approx([0.75, 0.25], abs=0.01)


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"layers": 16}, TypeError, r"layers are the units of each hidden layer, such as \(16,\), got 16"),
        ({"layers": (0,)}, ValueError, "units is a positive integer, got 0"),
        ({"activation": "swoosh"}, ValueError, "unknown activation 'swoosh'"),
        ({"optimizer": "lion"}, ValueError, "unknown optimizer 'lion'"),
        ({"learning_rate": -1}, ValueError, "learning_rate is a finite number that is not negative, got -1"),
        ({"l2": -1}, ValueError, "l2 is a finite number that is not negative, got -1"),
        ({"epochs": 0}, ValueError, "epochs is a positive integer, got 0"),
    ],
)
@each_estimator
def test_wrong_settings_are_refused_by_fit(kind: Any, settings: dict[str, Any], error: Any, text: str) -> None:
    model = kind(**settings)
    with pytest.raises(error, match=text):
        model.fit(IRIS, SPECIES)
    with pytest.raises(NotFittedError):
        model.predict(IRIS)


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("two classes or more to tell apart, got one class, 'a'")):
        Classifier().fit([[1.0], [2.0]], ["a", "a"])


def test_training_that_was_interrupted_leaves_what_was_learned_before(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Regressor(**QUICK).fit(IRIS, IRIS[:, 0])
    before = model.predict(IRIS)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(nn.Sequential, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(IRIS, IRIS[:, 0])
    np.testing.assert_array_equal(model.predict(IRIS), before)


def test_a_missing_scikit_learn_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(ImportError, match=r"needs scikit-learn .*: pip install 'autograd-mini\[sklearn\]'"):
        importlib.reload(estimators)
