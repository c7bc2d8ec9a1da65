RIGHT = {"30.1": [lambda: 4, lambda: 4.0, lambda: [4][0]]}
WRONG = {"30.1": [(lambda: 5, "5"), (lambda: "four", "number")]}
