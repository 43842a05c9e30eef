from .tape import *  # noqa
from .tape import _pulling, pull_of  # noqa
