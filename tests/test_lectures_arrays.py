"""The numbers of the lecture notes, L3 to L7, over arrays: the notes' NumPy code with Tensors in place of arrays."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

PRINTED = 5e-9  # what NumPy prints has eight decimals


def random(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def close(got: Any, want: ArrayLike, tolerance: float = 1e-12) -> None:
    numbers = got.numpy() if isinstance(got, Tensor) else np.asarray(got)
    np.testing.assert_allclose(numbers, np.asarray(want, numbers.dtype), tolerance, tolerance, strict=True)


# As the notes write them.
sigmoid = lambda z: 1 / (1 + np.exp(-z))
row_norms = lambda x: np.linalg.norm(x, axis=1, keepdims=True)
image2vector = lambda v: v.reshape(v.shape[0] * v.shape[1] * v.shape[2], 1)


def cross_entropy(A: Any, Y: Any) -> Any:
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Y.shape[1]


X, Y = random(3, 7), (random(1, 7) > 0).astype(float)
POINTS, GRID = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), np.array([[1.0, 2, 3], [4, 5, 6]])
x1 = np.array([5, 1, 0, 3, 8, 2, 5, 6, 0, 1, 2, 5, 9, 0, 7])
x2 = np.array([2, 5, 2, 0, 3, 2, 2, 9, 1, 0, 2, 5, 4, 0, 9])
x1_x2 = [10, 5, 0, 0, 24, 4, 10, 54, 0, 0, 4, 25, 36, 0, 63]
y_hat, y = np.array([0.78, 0.89, 0.12, 0.08, 0.97]), np.array([1, 1, 0, 0, 1])
SLOPES = [0.10499359, 0.19661193, 0.25, 0.19661193, 0.10499359]
SOFTMAX = [
    [1.23074356e-04, 9.97281837e-01, 2.47201452e-03, 1.23074356e-04],
    [6.68456877e-03, 3.32805082e-04, 9.92077968e-01, 9.04658008e-04],
]
UNIT_ROWS = [[0.55708601, 0.37139068, 0.74278135], [0.12038585, 0.96308682, 0.24077171]]
ENTROPY = 0.6066693634880955

# (code, arrays, what the notes print)
SNIPPETS: dict[str, tuple[Callable[..., Any], tuple[ArrayLike, ...], ArrayLike | None]] = {
    "1/(1+np.exp(-z))": (sigmoid, (POINTS,), [0.11920292, 0.26894142, 0.5, 0.73105858, 0.88079708]),
    "sigmoid_derivative": (lambda x: sigmoid(x) * (1 - sigmoid(x)), (POINTS,), SLOPES),
    "np.maximum(0, x)": (lambda x: np.maximum(0, x), (random(2, 3),), None),
    "np.heaviside(x, 0)": (lambda x: x * np.heaviside(x, 0), (random(4),), None),
    "softplus": (lambda x: np.log(1 + np.exp(x)), (POINTS,), None),
    "L1": (lambda p: np.sum(np.abs(y - p)), (y_hat,), 0.56),
    "L2": (lambda p: np.sum((y - p) ** 2), (y_hat,), 0.0822),
    "half the square": (lambda p: np.sum((p - y) ** 2 / 2), (y_hat,), 0.0411),
    "cross entropy": (lambda p: -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)), (y_hat,), ENTROPY),
    "cost": (lambda p: -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), (y_hat,), ENTROPY / 5),
    "likelihood": (lambda p: -np.log(np.prod(p**y * (1 - p) ** (1 - y))), (y_hat,), ENTROPY),
    "np.dot(w.T, X) + b": (lambda w, b: np.dot(w.T, X) + b, (random(3, 1), 0.3), None),
    "np.dot(x1, x2)": (np.dot, (x1, x2), 235),
    "np.multiply(x1, x2)": (np.multiply, (x1, x2), x1_x2),
    "np.outer(x1, x2)": (np.outer, (x1, x2), [[p * q for q in x2] for p in x1]),
    "np.max": (np.max, (x1,), 9),
    "np.min": (np.min, (-x1,), -9),
    "np.sum(dZ, axis=1, keepdims=True)": (lambda dZ: np.sum(dZ, axis=1, keepdims=True), (GRID,), [[6], [15]]),
    "A + row": (np.add, (GRID, [[10, 20, 30]]), [[11, 22, 33], [14, 25, 36]]),
    "A + column": (np.add, (GRID, [[10], [20]]), [[11, 12, 13], [24, 25, 26]]),
    "[[1][2][3]] + 10": (lambda a: a + 10, ([[1], [2], [3]],), [[11], [12], [13]]),
    "[1 2 3]ᵀ": (lambda a: a.T, ([[1, 2, 3]],), [[1], [2], [3]]),
    "softmax": (
        lambda x: np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True),
        ([[0, 9, 3, 0], [3, 0, 8, 1]],),
        SOFTMAX,
    ),
    "ag.softmax": (ag.softmax, ([[0, 9, 3, 0], [3, 0, 8, 1]],), SOFTMAX),
    "np.linalg.norm": (row_norms, ([[3, 2, 4], [1, 8, 2]],), [[5.38516481], [8.30662386]]),
    "normalize_rows": (lambda x: x / row_norms(x), ([[3, 2, 4], [1, 8, 2]],), UNIT_ROWS),
    "image2vector": (image2vector, (np.arange(18).reshape(3, 3, 2),), np.arange(18).reshape(18, 1)),
    "(a·b, c)": (lambda v: v.reshape((v.shape[0] * v.shape[1], v.shape[2])), (random(3, 4, 2),), None),
    "aᵀw": (lambda a, w: np.dot(a.T, w), ([1, 2], [3, 4]), 11),
    "aᵀW": (lambda a, W: a.T @ W, ([1, 2], [[3, 5], [4, 6]]), [11, 17]),
    "AᵀW": (lambda A, W: np.matmul(A.T, W), ([[1, -1], [2, -2]], [[3, 5], [4, 6]]), [[11, 17], [-11, -17]]),
    "AᵀW of 3 and 4": (
        lambda A, W: np.dot(A.T, W),
        ([[1, -1, 0.1], [2, -2, 0.2]], [[3, 5, 7, 9], [4, 6, 8, 0]]),
        [[11, 17, 23, 9], [-11, -17, -23, -9], [1.1, 1.7, 2.3, 0.9]],
    ),
    "unit 1": (lambda w, x: np.dot(w, x) - 1, ([1, 2], [200, 17]), 233),
    "unit 2": (lambda w, x: np.dot(w, x) + 1, ([-3, 4], [200, 17]), -531),
    "unit 3": (lambda w, x: np.dot(w, x) + 2, ([5, -6], [200, 17]), 900),
    "layer 2": (lambda w, a: np.dot(w, a) + 3, ([-7, 8, 9], [1, 0, 1]), 5),
    "np.matmul(A_in, W) + B": (
        lambda X, W, B: np.matmul(X, W) + B,
        ([[200, 17]], [[1, -3, 5], [-2, 4, -6]], [[-1, 1, 2]]),
        [[165, -531, 900]],
    ),
}


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_notes_own_code_runs_unchanged_with_its_numbers_and_derivatives(snippet: str) -> None:
    f, given, printed = SNIPPETS[snippet]
    arrays = [np.asarray(each, float) for each in given]
    result = f(*map(Tensor, arrays))
    assert type(result) is Tensor
    close(result, f(*arrays))
    if printed is not None:
        close(result, printed, PRINTED)
    ag.check_grads(f, tuple(arrays), order=2, modes=("fwd", "rev"))


# L3: activations.
@pytest.mark.parametrize(
    ("g", "slope"),
    [
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (ag.relu, lambda x: x > 0),
        (lambda x: np.maximum(0, x), lambda x: np.heaviside(x, 0.5)),  # a tie shares the gradient
        (ag.leaky_relu, lambda x: np.where(x > 0, 1, 0.01)),
        (lambda x: ag.leaky_relu(x, slope=0.2), lambda x: np.where(x > 0, 1, 0.2)),
        (ag.softplus, lambda x: 1 / (1 + np.exp(-x))),
    ],
)
def test_slopes_of_activations(g: Callable[[Any], Any], slope: Callable[[Array], ArrayLike]) -> None:
    x = Tensor(POINTS)
    np.sum(g(x)).backward()
    close(x.grad, slope(POINTS), PRINTED)


def test_layers_without_activations_are_one_linear_map() -> None:
    W1, b1, W2, b2, x = random(4, 3), random(4), random(2, 4), random(2), random(3)
    deep = lambda x: np.dot(W2, np.dot(W1, x) + b1) + b2
    close(ag.jacobian(deep)(x), W2 @ W1)
    close(deep(Tensor(x)), W2 @ W1 @ x + (W2 @ b1 + b2))


# L5: gradient descent.
def logistic(w: Any, b: Any) -> Any:
    return cross_entropy(sigmoid(np.dot(w.T, X) + b), Y)


def logistic_by_loops(w: Any, b: Any) -> Any:
    J, m = 0, X.shape[1]
    for i in range(m):
        z = b
        for j in range(X.shape[0]):
            z = z + w[j, 0] * X[j, i]
        a = sigmoid(z)
        J += -(Y[0, i] * np.log(a) + (1 - Y[0, i]) * np.log(1 - a))
    return J / m


def gradients_by_loops(w: Array, b: float) -> tuple[Array, float]:
    dw, db, m = np.zeros_like(w), 0.0, X.shape[1]
    for i in range(m):
        dz = sigmoid(np.dot(w[:, 0], X[:, i]) + b) - Y[0, i]
        for j in range(X.shape[0]):
            dw[j, 0] += X[j, i] * dz
        db += dz
    return dw / m, db / m


def gradients_vectorised(w: Array, b: float) -> tuple[Array, float]:
    m = X.shape[1]
    dZ = sigmoid(np.dot(w.T, X) + b) - Y
    return np.dot(X, dZ.T) / m, np.sum(dZ) / m


@pytest.mark.parametrize("by_hand", [gradients_by_loops, gradients_vectorised])
@pytest.mark.parametrize("cost", [logistic, logistic_by_loops])
def test_logistic_regression_has_the_gradients_written_by_hand(cost: Any, by_hand: Any) -> None:
    w, b = Tensor(random(3, 1)), Tensor(0.3)
    J = cost(w, b)
    J.backward()
    close(J, logistic(w.numpy(), 0.3))
    dw, db = by_hand(w.numpy(), 0.3)
    close(w.grad, dw)
    close(b.grad, db)


def test_descent_from_zeros_until_the_cost_is_small_is_that_by_hand() -> None:
    w, b, w_by_hand, b_by_hand = Tensor(np.zeros((3, 1))), Tensor(0.0), np.zeros((3, 1)), 0.0
    costs: list[float] = []
    while not costs or costs[-1] > 0.4:
        J = logistic(w, b)
        costs.append(J.item())
        assert costs[-1] < min([1, *costs[:-1]])
        J.zero_grad()
        J.backward()
        w.data -= 0.5 * w.grad
        b.data -= 0.5 * b.grad
        dw, db = gradients_vectorised(w_by_hand, b_by_hand)
        w_by_hand, b_by_hand = w_by_hand - 0.5 * dw, b_by_hand - 0.5 * db
    assert costs[0] == pytest.approx(np.log(2))
    close(w.data, w_by_hand)
    close(b.data, b_by_hand)


def test_normalised_features_make_the_surface_rounder() -> None:
    raw = random(2, 7) * [[50], [1]] + [[200], [17]]
    normalised = (raw - raw.mean(axis=1, keepdims=True)) / raw.std(axis=1, keepdims=True)
    cost = lambda features: lambda w: cross_entropy(sigmoid(np.dot(w, features)).reshape(1, -1), Y)
    stretch = [np.linalg.cond(ag.hessian(cost(features))(np.zeros(2))) for features in (raw, normalised)]
    assert stretch[0] > 10 * stretch[1]


@pytest.mark.parametrize(("shape", "n"), [((64, 64, 3), 12288), ((128, 128, 3), 49152), ((1000, 1000, 1), 1000000)])
def test_an_image_is_unrolled_to_its_features(shape: tuple[int, ...], n: int) -> None:
    image = Tensor(np.zeros(shape, np.float32))
    v = image2vector(image)
    assert v.shape == (n, 1)
    v.backward(np.arange(n, dtype=np.float32).reshape(-1, 1))
    np.testing.assert_array_equal(image.grad, np.arange(n).reshape(shape))


def test_the_images_of_the_course_become_the_columns_of_X() -> None:
    images = np.random.default_rng(0).random((209, 64, 64, 3), np.float32)
    t = Tensor(images, requires_grad=False)
    unrolled = t.reshape(t.shape[0], -1).T
    assert (unrolled.shape, unrolled.dtype) == ((12_288, 209), np.float32)
    np.testing.assert_array_equal(unrolled[:, 17].numpy(), images[17].ravel())


# L6: NumPy as the notes use it.
def test_matrix_times_vector_with_loops_and_vectorised() -> None:
    looped, vectorised = Tensor(random(3, 15)), Tensor(random(3, 15))
    z = ag.stack([sum(looped[i, j] * x1[j] for j in range(15)) for i in range(3)])
    Z = np.dot(vectorised, x1)
    close(z, Z.numpy())
    np.sum(z * z).backward()
    np.sum(Z * Z).backward()
    close(looped.grad, vectorised.grad)


@pytest.mark.parametrize(("shape", "axis"), [((1, 3), 0), ((2, 1), 1)], ids=["row", "column"])
@pytest.mark.parametrize("op", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_the_gradient_of_what_is_broadcast_is_summed_over_its_copies(
    op: Any, shape: tuple[int, int], axis: int
) -> None:
    b = Tensor(random(*shape))
    copies = Tensor(np.broadcast_to(b.numpy(), (2, 3)))
    for other in (b, copies):
        op(GRID, other).backward(random(2, 3))
    close(b.grad, np.sum(copies.grad, axis=axis, keepdims=True))


def test_an_array_of_rank_1_is_neither_row_nor_column() -> None:
    a, column = Tensor(np.arange(6.0)), Tensor(np.arange(6.0).reshape(6, 1))
    assert a.shape == a.T.shape == (6,)
    assert np.dot(a, a.T).shape == ()
    assert np.dot(column, column.T).shape == (column - a).shape == (6, 6)
    assert np.dot(column.T, column).shape == (1, 1)


@pytest.mark.parametrize("product", [np.dot, np.matmul, operator.matmul, np.inner, ag.dot, ag.matmul])
@pytest.mark.parametrize("lengths", [(3, 2), (1, 2), (2, 1)])
def test_only_vectors_of_one_length_have_a_dot_product(product: Callable[..., Any], lengths: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"\({},\).*\({},\)".format(*lengths)):
        product(*(Tensor(np.ones(n)) for n in lengths))


def test_likes_are_plain_arrays() -> None:
    assert type(np.ones_like(Tensor(GRID))) is type(np.zeros_like(Tensor(GRID))) is np.ndarray


# L7: forward propagation by hand; the first function as the notes print it.
LAYER = np.array([[1.0, -3, 5], [2, 4, -6]]), np.array([-1.0, 1, 2])


def dense(a_in: Any, W: Any, b: Any, g: Callable[[Any], Any]) -> Any:
    units = W.shape[1]
    a_out = np.zeros(units)
    for j in range(units):
        w = W[:, j]
        z = np.dot(w, a_in) + b[j]
        a_out[j] = g(z)
    return a_out


def dense_with_a_list(a_in: Any, W: Any, b: Any, g: Callable[[Any], Any]) -> Any:
    return ag.stack([g(np.dot(W[:, j], a_in) + b[j]) for j in range(W.shape[1])])


def dense_at_once(a_in: Any, W: Any, b: Any, g: Callable[[Any], Any]) -> Any:
    return g(np.matmul(a_in, W) + b)


def test_filling_an_array_says_what_to_write_instead() -> None:
    a_in, W, b = Tensor([-2, 4]), *map(Tensor, LAYER)
    with pytest.raises(ValueError, match="setting an array element") as error:  # NumPy's, whose cause is ours
        dense(a_in, W, b, sigmoid)
    assert re.search(r"cut the graph.*ag\.stack instead of filling", str(error.value.__cause__))
    with ag.no_grad():
        close(dense(a_in, W, b, lambda z: z), [5, 23, -32])


@pytest.mark.parametrize("layer", [dense_with_a_list, dense_at_once])
@pytest.mark.parametrize(
    ("a_in", "g", "want"), [([-2, 4], lambda z: z, [5, 23, -32]), ([200, 17], ag.sigmoid, [1, 0, 1])]
)
def test_a_dense_layer_of_the_notes(layer: Any, a_in: list[int], g: Any, want: list[int]) -> None:
    close(layer(Tensor(a_in), *LAYER, g), want)
    ag.check_grads(lambda *arrays: layer(*arrays, g), (np.array(a_in, float), *LAYER))


def test_sequential_of_four_layers_with_lists_and_at_once() -> None:
    parameters = [(random(m, n), random(n)) for m, n in ((2, 4), (4, 3), (3, 3), (3, 1))]

    def sequential(x: Any, layer: Callable[..., Any]) -> Any:
        for W, b in parameters:
            x = layer(x, W, b, sigmoid)
        return x

    listed, at_once = (
        ag.vjp(lambda x, f=layer: sequential(x, f), POINTS[:2]) for layer in (dense_with_a_list, dense_at_once)
    )
    close(listed[0], at_once[0])
    close(listed[1](np.ones(1))[0], at_once[1](np.ones(1))[0])


def test_a_network_of_two_layers_has_the_gradients_written_by_hand() -> None:
    W1, b1, W2, b2 = (Tensor(random(*shape)) for shape in ((4, 3), (4, 1), (1, 4), (1, 1)))
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cross_entropy(A2, Y).backward()
    m = X.shape[1]
    dZ2 = A2.numpy() - Y
    dZ1 = np.dot(W2.numpy().T, dZ2) * (1 - np.power(A1.numpy(), 2))
    close(W2.grad, np.dot(dZ2, A1.numpy().T) / m)
    close(b2.grad, np.sum(dZ2, axis=1, keepdims=True) / m)
    close(Z1.grad, dZ1 / m)
    close(W1.grad, np.dot(dZ1, X.T) / m)
    close(b1.grad, np.sum(dZ1, axis=1, keepdims=True) / m)
    # Printed without axis=1, keepdims=True in one set of notes, it moves every unit's bias alike.
    assert not np.allclose(b1.grad, np.sum(dZ1) / m)
