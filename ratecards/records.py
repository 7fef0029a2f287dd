"""`dataclass` and `NamedTuple` for the nouns that must be there at once.

A first cost reads one card and ends; importing the standard library's `dataclasses` and `typing` would take longer
than all of that. Type checkers see these two. Here a dataclass gets its slots, equality and hash at once, and the rest
(`__init__`, `__repr__`, its fields) from a real one with the same fields, when somebody first asks for it:
`dataclasses.replace`, `fields` and `asdict` work as on any other. A named tuple is one of `collections`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable
from operator import attrgetter

__all__ = ["NamedTuple", "dataclass", "field", "maker"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass, field
    from typing import Any, NamedTuple, TypeVar

    T = TypeVar("T")
else:

    class _Named(type):
        """Makes a named tuple of a class with annotations."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body["__annotations__"]
            defaults = [body[n] for n in fields if n in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024 - this is that one
            for key in body.keys() - fields.keys() - {"__module__", "__qualname__"}:
                setattr(made, key, body[key])
            return made

    class NamedTuple(metaclass=_Named):
        """A tuple whose items have names, as `typing.NamedTuple` makes it."""

    def field(*, compare: bool = True, **default: object) -> _Uncompared:
        """A field that takes no part in equality, with or without a default."""
        assert not compare, "any other field is written plainly"  # noqa: S101
        return _Uncompared(default)

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """A frozen class with slots, as `dataclasses.dataclass` makes it."""
        assert frozen, "only frozen classes are made late"  # noqa: S101
        assert slots, "only classes with slots are made late"  # noqa: S101
        return lambda cls: _made(cls, kw_only=kw_only)


class _Uncompared:
    """The mark of a field that takes no part in equality; `default` has its default by that name, if there is one."""

    def __init__(self, default: dict[str, object]) -> None:
        self.default = default


def _made(cls: Any, *, kw_only: bool) -> Any:
    names = tuple(cls.__annotations__)
    values = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    compared = attrgetter(*(n for n in names if not isinstance(values.get(n), _Uncompared)))
    body = {n: v for n, v in vars(cls).items() if n not in (*names, "__dict__", "__weakref__")}
    late = _Late(values, kw_only=kw_only)
    made = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": names, "__dataclass_fields__": late})

    def equal(self: object, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def complete(self: Any, *args: object, **named: object) -> None:
        late.complete(made)
        self.__init__(*args, **named)

    def words(self: object) -> str:
        late.complete(made)
        return repr(self)

    made.__eq__, made.__hash__ = equal, lambda self: hash(compared(self))
    made.__init__, made.__repr__ = complete, words
    made.__setattr__ = made.__delattr__ = _frozen
    made.__reduce__ = lambda self: (_again, (made, tuple(getattr(self, name) for name in names)))
    return made


class _Late:
    """The fields of a class as `dataclasses` knows them, made when they are first asked for."""

    def __init__(self, values: dict[str, object], *, kw_only: bool) -> None:
        self._values, self._kw_only = values, kw_only

    def __get__(self, instance: object, owner: type) -> Any:
        self.complete(owner)
        return vars(owner)["__dataclass_fields__"]

    def complete(self, owner: Any) -> None:
        """Give the class what a dataclass with its fields has."""
        import dataclasses

        def column(value: Any) -> Any:
            if isinstance(value, _Uncompared):
                return dataclasses.field(compare=False, **value.default)  # type: ignore[call-overload]
            return dataclasses.field(default=value)

        values = {name: self._values.get(name, dataclasses.MISSING) for name in owner.__annotations__}
        columns = [(name, kind, column(values[name])) for name, kind in owner.__annotations__.items()]
        twin: Any = dataclasses.make_dataclass(owner.__name__, columns, frozen=True, kw_only=self._kw_only)
        owner.__init__, owner.__repr__ = twin.__init__, twin.__repr__
        owner.__dataclass_fields__ = {f.name: f for f in dataclasses.fields(twin)}


def _frozen(self: object, name: str, *_: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r} of {type(self).__name__}")


def maker(cls: type[T]) -> Callable[[Iterable[object]], T]:
    """A function that makes an instance from all its values, in the order of the fields; they are not checked."""
    setters = tuple(vars(cls)[name].__set__ for name in cls.__slots__)  # type: ignore[attr-defined]
    new = cls.__new__

    def make(values: Iterable[object]) -> T:
        self = new(cls)
        for put, value in zip(setters, values, strict=True):
            put(self, value)
        return self

    return make


def _again(cls: type[T], values: tuple[object, ...]) -> T:
    return maker(cls)(values)
