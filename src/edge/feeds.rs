//! The open event streams. What goes to many is encoded once, and the same bytes are handed to each of them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, UnwindSafe};
use std::rc::Rc;

use worker::js_sys::{Object, Reflect, Uint8Array};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::{Error, Result};

use crate::domain::id::StreamId;
use crate::domain::limits::STREAM_BACKLOG_MAX;
use crate::domain::sorted::Sorted;
use web_sys::{ReadableStream, ReadableStreamDefaultController as Controller};

/// The open streams.
#[derive(Default)]
pub(super) struct Feeds {
    by_stream: Sorted<StreamId, Feed>,
}

struct Feed {
    controller: Controller,
    /// Called by the runtime, for as long as this is here.
    _when_gone: Closure<dyn FnMut()>,
}

impl Feeds {
    /// A new stream, as the body of a response. `when_gone` is called when its client has left.
    pub(super) fn open(
        &mut self,
        stream: StreamId,
        when_gone: impl FnMut() + UnwindSafe + 'static,
    ) -> Result<ReadableStream> {
        let found = Rc::new(Cell::new(None));
        let started = AssertUnwindSafe(Rc::clone(&found));
        let start = Closure::once_into_js(move |controller: Controller| {
            let started = &started;
            started.set(Some(controller));
        });
        let when_gone = Closure::<dyn FnMut()>::new(when_gone);
        let source = Object::new();
        Reflect::set(&source, &"start".into(), &start)?;
        Reflect::set(&source, &"cancel".into(), when_gone.as_ref().unchecked_ref::<JsValue>())?;
        let body = ReadableStream::new_with_underlying_source(&source)?;
        let controller = found.take().ok_or_else(|| Error::RustError("a stream did not start".to_owned()))?;
        self.by_stream.insert(stream, Feed { controller, _when_gone: when_gone });
        Ok(body)
    }

    /// Writes to streams. Those that were too slow to take it are cut off, and are the value: their clients come back
    /// and are told everything anew.
    pub(super) fn write(&mut self, to: &[StreamId], text: &str) -> Vec<StreamId> {
        let bytes = Uint8Array::from(text.as_bytes());
        let mut cut = Vec::new();
        for stream in to {
            let Some(Feed { controller, .. }) = self.by_stream.get(stream) else { continue };
            // What is wanted falls by one with each event that waits to be read.
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let behind = controller.desired_size().is_none_or(|wanted| wanted < -(STREAM_BACKLOG_MAX as f64));
            if behind || controller.enqueue_with_chunk(&bytes).is_err() {
                controller.error_with_e(&"too slow".into());
                self.by_stream.remove(stream);
                cut.push(*stream);
            }
        }
        cut
    }

    /// Ends a stream, after what was written.
    pub(super) fn end(&mut self, stream: StreamId) {
        if let Some(feed) = self.by_stream.remove(&stream) {
            // An error says that it has ended already.
            let _ = feed.controller.close();
        }
    }

    /// The client of a stream has left.
    pub(super) fn forget(&mut self, stream: StreamId) {
        self.by_stream.remove(&stream);
    }

    /// Those that are open.
    pub(super) fn streams(&self) -> Vec<StreamId> {
        self.by_stream.iter().map(|(stream, _)| *stream).collect()
    }
}
