//! PocketSphinx, loaded at run time: the one place where native code is called.
//!
//! Debian's libraries are opened by soname, so the server needs neither headers nor the libraries to build or start.
//! Only the worker process loads them; a crash in here ends one talker's recognizer and nothing else.
#![allow(unsafe_code)]

use std::{
    ffi::{CStr, CString, OsString, c_char, c_int, c_void},
    path::Path,
    ptr::{self, NonNull},
};

use libloading::{Library, Symbol};

use super::protocol::Configuration;

const SPHINXBASE: &str = "libsphinxbase.so.3";
const POCKETSPHINX: &str = "libpocketsphinx.so.3";

/// The soname of releases from 5.0 on, whose functions take other arguments.
const NEWER: &str = "libpocketsphinx.so.5";

/// What to install, for people.
const INSTALL: &str =
    "apt-get install -y --no-install-recommends libpocketsphinx3 pocketsphinx-en-us";

/// Settings found best for live speech: half the tail of the defaults at the same word error rate.
const TUNING: &[&str] = &["-logfn", "/dev/null", "-fwdflat", "no", "-maxhmmpf", "5000"];

/// Why there is no recognizer.
#[derive(Debug, thiserror::Error)]
pub enum DecoderError {
    /// A library is not there.
    #[error("the recognizer's library {library} cannot be loaded ({cause}); {INSTALL}")]
    Library {
        /// Which.
        library: String,
        /// What the loader said.
        cause: String,
    },
    /// Only a newer release is there.
    #[error(
        "only {NEWER} is installed, whose interface differs; this server needs {POCKETSPHINX} (Debian: libpocketsphinx3)"
    )]
    Newer,
    /// The model is not there.
    #[error("the recognizer's model is missing in {0}; {INSTALL}")]
    Model(String),
    /// It refused to work.
    #[error("the recognizer refused to {0}")]
    Refused(&'static str),
}

type Object = *mut c_void;
type CmdLnParse =
    unsafe extern "C" fn(Object, *const c_void, c_int, *mut *mut c_char, c_int) -> Object;
type PsArgs = unsafe extern "C" fn() -> *const c_void;
type PsInit = unsafe extern "C" fn(Object) -> Object;
type PsAct = unsafe extern "C" fn(Object) -> c_int;
type PsProcess = unsafe extern "C" fn(Object, *const i16, usize, c_int, c_int) -> c_int;
type PsHypothesis = unsafe extern "C" fn(Object, *mut i32) -> *const c_char;

/// A loaded recognizer with its model. Lives as long as its process, so nothing is ever freed.
pub struct Decoder {
    decoder: NonNull<c_void>,
    start: PsAct,
    process: PsProcess,
    hypothesis: PsHypothesis,
    end: PsAct,
    /// The functions above point into it.
    _libraries: [Library; 2],
}

impl Decoder {
    /// Loads libraries and model; takes a third of a second and 90 MB.
    pub fn load(configuration: &Configuration) -> Result<Self, DecoderError> {
        let folder = configuration.libraries.as_deref();
        let sphinxbase = open(folder, SPHINXBASE)?;
        let pocketsphinx = match open(folder, POCKETSPHINX) {
            Err(_) if open(folder, NEWER).is_ok() => return Err(DecoderError::Newer),
            found => found?,
        };
        // SAFETY: the types are those of sphinxbase 0.8 (`cmd_ln.h`) and pocketsphinx 0.8 (`pocketsphinx.h`), which
        // the sonames `.so.3` name; the libraries stay open as long as the functions are kept.
        let (parse, definitions, init, start, process, hypothesis, end) = unsafe {
            let parse: CmdLnParse = find(&sphinxbase, SPHINXBASE, c"cmd_ln_parse_r")?;
            let definitions: PsArgs = find(&pocketsphinx, POCKETSPHINX, c"ps_args")?;
            let init: PsInit = find(&pocketsphinx, POCKETSPHINX, c"ps_init")?;
            let start: PsAct = find(&pocketsphinx, POCKETSPHINX, c"ps_start_utt")?;
            let process: PsProcess = find(&pocketsphinx, POCKETSPHINX, c"ps_process_raw")?;
            let hypothesis: PsHypothesis = find(&pocketsphinx, POCKETSPHINX, c"ps_get_hyp")?;
            let end: PsAct = find(&pocketsphinx, POCKETSPHINX, c"ps_end_utt")?;
            (parse, definitions, init, start, process, hypothesis, end)
        };
        let arguments = arguments(&configuration.model)?;
        let mut pointers: Vec<*mut c_char> = arguments
            .iter()
            .map(|argument| argument.as_ptr().cast_mut())
            .collect();
        let count = c_int::try_from(pointers.len())
            .map_err(|_| DecoderError::Refused("take its arguments"))?;
        // SAFETY: `ps_args` returns a static table. `cmd_ln_parse_r` reads `count` C strings,
        // which `arguments` keeps alive and which it copies; a null first argument asks for a new object. `ps_init`
        // takes a counted reference of that object, checked not to be null.
        let decoder = unsafe {
            let settings = parse(
                ptr::null_mut(),
                definitions(),
                count,
                pointers.as_mut_ptr(),
                1,
            );
            if settings.is_null() {
                return Err(DecoderError::Refused("take its arguments"));
            }
            NonNull::new(init(settings)).ok_or(DecoderError::Refused("load its model"))?
        };
        Ok(Self {
            decoder,
            start,
            process,
            hypothesis,
            end,
            _libraries: [sphinxbase, pocketsphinx],
        })
    }

    /// Begins an utterance; none may be open.
    pub fn begin(&mut self) -> Result<(), DecoderError> {
        // SAFETY: `decoder` came from `ps_init` and is used by this thread alone (`&mut self`).
        let answer = unsafe { (self.start)(self.decoder.as_ptr()) };
        accepted(answer, "begin an utterance")
    }

    /// Hears audio of the open utterance.
    pub fn hear(&mut self, samples: &[i16]) -> Result<(), DecoderError> {
        // SAFETY: as in `begin`; pointer and count are those of one live slice, which is only read.
        let answer =
            unsafe { (self.process)(self.decoder.as_ptr(), samples.as_ptr(), samples.len(), 0, 0) };
        accepted(answer, "hear audio")
    }

    /// Ends the open utterance and returns its words, possibly none.
    pub fn end(&mut self) -> Result<String, DecoderError> {
        // SAFETY: as in `begin`.
        let answer = unsafe { (self.end)(self.decoder.as_ptr()) };
        accepted(answer, "end an utterance")?;
        Ok(self.guess())
    }

    /// The words so far, possibly none.
    pub fn guess(&mut self) -> String {
        let mut score = 0;
        // SAFETY: as in `begin`; `score` outlives the call. The answer is null or a C string owned by the decoder
        // that stays valid until its next call; it is copied at once.
        unsafe {
            let words = (self.hypothesis)(self.decoder.as_ptr(), &raw mut score);
            if words.is_null() {
                String::new()
            } else {
                CStr::from_ptr(words).to_string_lossy().into_owned()
            }
        }
    }
}

fn accepted(answer: c_int, what: &'static str) -> Result<(), DecoderError> {
    if answer < 0 {
        return Err(DecoderError::Refused(what));
    }
    Ok(())
}

fn open(folder: Option<&Path>, name: &str) -> Result<Library, DecoderError> {
    let file: OsString = folder.map_or_else(|| name.into(), |folder| folder.join(name).into());
    // SAFETY: these libraries are C without initialisers of their own, loaded before any other thread exists.
    unsafe { Library::new(file) }.map_err(|error| DecoderError::Library {
        library: name.to_owned(),
        cause: error.to_string(),
    })
}

/// Finds a function.
///
/// # Safety
/// `F` must be the function's C signature, and the answer must not be called after `library` is closed.
unsafe fn find<F: Copy>(library: &Library, name: &str, function: &CStr) -> Result<F, DecoderError> {
    // SAFETY: the caller's promise.
    let symbol: Result<Symbol<'_, F>, _> = unsafe { library.get(function.to_bytes_with_nul()) };
    symbol
        .map(|symbol| *symbol)
        .map_err(|error| DecoderError::Library {
            library: name.to_owned(),
            cause: error.to_string(),
        })
}

/// The command line that PocketSphinx wants to see.
fn arguments(model: &Path) -> Result<Vec<CString>, DecoderError> {
    let missing = || DecoderError::Model(model.display().to_string());
    let mut arguments = vec![c"asr-worker".to_owned()];
    for (option, file) in [
        ("-hmm", "en-us"),
        ("-lm", "en-us.lm.bin"),
        ("-dict", "cmudict-en-us.dict"),
    ] {
        let file = model.join(file);
        if !file.exists() {
            return Err(missing());
        }
        for argument in [option.as_bytes(), file.as_os_str().as_encoded_bytes()] {
            arguments.push(CString::new(argument).map_err(|_| missing())?);
        }
    }
    for argument in TUNING {
        arguments.push(CString::new(*argument).map_err(|_| missing())?);
    }
    Ok(arguments)
}
