"""Neural networks: layers in Keras' words over Tensors, and neurons of Values.

>>> from autograd_mini import nn
>>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
>>> model = nn.Sequential([nn.Dense(8, activation="tanh"), nn.Dense(1, activation="sigmoid")], seed=0)
>>> model.compile(optimizer=nn.optim.Adam(learning_rate=0.1), loss="binary_crossentropy", metrics=["accuracy"])
>>> history = model.fit(X, y, epochs=100)
>>> model.evaluate(X, y, return_dict=True)["accuracy"]
1.0

The same network as neurons, each of whose numbers is a node that can be drawn:

>>> mlp = nn.MLP(2, [4, 1], activation="tanh", seed=0)
>>> loss = nn.mean_squared_error([1.0, -1.0], [mlp([0.0, 1.0]), mlp([1.0, 0.0])])
>>> loss.backward()
>>> len(mlp.parameters()), mlp.to_sequential()
(17, Sequential([Dense(4, activation='tanh'), Dense(1, activation='linear')]))
"""

from typing import TYPE_CHECKING, Any

from .. import optim
from ..functions import FUNCTIONS
from . import initializers, losses, metrics, regularizers
from .activations import BY_ROW
from .callbacks import Callback, EarlyStopping, History, LearningRateScheduler, ModelCheckpoint
from .initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Normal,
    Ones,
    Zeros,
)
from .layers import Activation, Dense, Dropout, Flatten, Input, Normalization
from .loss import Loss
from .losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from .model import Sequential
from .module import Module
from .regularizers import L1, L1L2, L2
from .scalar import MLP, Layer, Neuron

if TYPE_CHECKING:
    from .saving import load_model

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "MLP",
    "Activation",
    "BinaryCrossentropy",
    "Callback",
    "CategoricalCrossentropy",
    "Constant",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Hinge",
    "History",
    "Huber",
    "Input",
    "Layer",
    "LearningRateScheduler",
    "LecunNormal",
    "LecunUniform",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "ModelCheckpoint",
    "Module",
    "Neuron",
    "Normal",
    "Normalization",
    "Ones",
    "Sequential",
    "SparseCategoricalCrossentropy",
    "Zeros",
    "binary_crossentropy",
    "categorical_crossentropy",
    "hinge",
    "huber",
    "initializers",
    "load_model",
    "losses",
    "mean_absolute_error",
    "mean_squared_error",
    "metrics",
    "optim",
    "regularizers",
    "sparse_categorical_crossentropy",
]

PYTORCHS = {  # what its users look for
    "BCELoss": "BinaryCrossentropy",
    "BCEWithLogitsLoss": "BinaryCrossentropy",
    "CrossEntropyLoss": "SparseCategoricalCrossentropy",
    "HuberLoss": "Huber",
    "L1Loss": "MeanAbsoluteError",
    "Linear": "Dense",
    "MSELoss": "MeanSquaredError",
}


def __getattr__(name: str) -> Any:
    """What reads files loads when it is asked for."""
    if name == "load_model":
        from .saving import load_model  # noqa: PLC0415  # see above

        return load_model
    import difflib  # noqa: PLC0415  # see above

    near = [PYTORCHS[name]] if name in PYTORCHS else difflib.get_close_matches(name, __all__, n=1)
    where = (
        f": it is ag.{name}" if name in FUNCTIONS or name in BY_ROW else f"; did you mean {near[0]!r}?" if near else ""
    )
    raise AttributeError(f"autograd_mini.nn has no attribute {name!r}{where}")
