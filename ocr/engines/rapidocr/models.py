"""Loads PP-OCR's models from the installed package RapidOCR into OpenVINO, and never from anywhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Network = Callable[[Floats], Floats]

_DETECTION = "PP-OCRv6_det_small.onnx"
_RECOGNITION = "PP-OCRv6_rec_small.onnx"
# One thread a process. Left to itself OpenVINO binds its threads to the first cores: two workers would share one.
_SETTINGS = {"INFERENCE_NUM_THREADS": "1", "NUM_STREAMS": "1", "ENABLE_CPU_PINNING": "NO"}


@dataclass(frozen=True, slots=True)
class Models:
    """The two networks, and the characters the second one knows, by the number of its outputs; 0 is none."""

    detect: Network
    recognise: Network
    characters: tuple[str, ...]


def load() -> Models:
    """Return the models, ready. Raises `FileNotFoundError` or `ImportError` where the package is not installed."""
    core = openvino.Core()
    core.set_property("CPU", _SETTINGS)
    recognition = core.read_model(_path(_RECOGNITION))
    characters = recognition.get_rt_info()["framework"]["character"].value.splitlines()
    return Models(
        detect=_network(core, core.read_model(_path(_DETECTION))),
        recognise=_network(core, recognition),
        characters=("", *characters, " "),
    )


def _path(name: str) -> Path:
    # Found without importing the package: that would bring in its command line, its downloader and what they need.
    package = find_spec("rapidocr")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("rapidocr is not installed")
    path = Path(package.submodule_search_locations[0]) / "models" / name
    if not path.is_file():
        raise FileNotFoundError(f"rapidocr came without {name}")
    return path


def _network(core: openvino.Core, model: openvino.Model) -> Network:
    request = core.compile_model(model, "CPU").create_infer_request()

    def run(data: Floats) -> Floats:
        try:
            request.infer([data], share_inputs=True)
        except RuntimeError as error:
            if "alloc" in str(error):
                raise MemoryError("OpenVINO found no memory") from None
            raise
        answer: Floats = request.get_output_tensor().data
        return answer

    return run
