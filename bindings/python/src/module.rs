//! The module `sostenuto._sostenuto`.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sostenuto_device::{Host, System};

#[pymodule]
mod _sostenuto {
    #[pymodule_export]
    use super::{_forked, devices};
    #[pymodule_export]
    use crate::engine::Engine;
    #[pymodule_export]
    use crate::feed::Feed;
    #[pymodule_export]
    use crate::patch::{Patch, render};
    #[pymodule_export]
    use crate::recording::Recording;
    #[pymodule_export]
    use crate::voice::Voice;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // Looked up while that can be done: an exception may be raised as the interpreter ends.
        crate::errors::find(module.py());
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("MAX_SAMPLE_SLOTS", sostenuto_nodes::MAX_SAMPLE_SLOTS)?;
        module.add("MAX_VOICES", sostenuto_nodes::MAX_VOICES)
    }
}

/// The sound devices of this machine: a list of dictionaries with id, name, default, default_input, inputs, outputs (channels at most), sample_rate in Hz and block_size in frames.
#[pyfunction]
fn devices(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    crate::deck::use_devices()?;
    let offers = py.detach(|| System::new().offers());
    let one = |offer: sostenuto_device::Offer| {
        let dict = PyDict::new(py);
        dict.set_item("id", offer.id)?;
        dict.set_item("name", offer.name)?;
        dict.set_item("default", offer.default)?;
        dict.set_item("default_input", offer.default_input)?;
        dict.set_item("inputs", offer.inputs)?;
        dict.set_item("outputs", offer.outputs)?;
        dict.set_item("sample_rate", offer.rate)?;
        dict.set_item("block_size", offer.block)?;
        Ok(dict)
    };
    offers.into_iter().map(one).collect()
}

/// This process is another one now: engines of the one before are of no use here.
#[pyfunction]
fn _forked() {
    crate::deck::forked();
}
