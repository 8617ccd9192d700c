//! The end: asked for once, everything ends in order; asked for twice, at once.

use std::process;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::exit::Exit;

/// Tells a task that the end is wanted. Clones tell the same.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// Asks for the end.
#[derive(Clone, Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// The two ends of it.
pub(crate) fn pair() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stop {
    /// Waits until the end is wanted.
    pub(crate) async fn wanted(&mut self) {
        // Nobody left to ask for the end is the end as well.
        let _ = self.0.wait_for(|wanted| *wanted).await;
    }
}

impl Stopper {
    /// Asks for the end.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Asks for the end at the first SIGINT or SIGTERM; at the second, the process ends at once.
    ///
    /// # Errors
    /// The signals cannot be listened for.
    pub(crate) fn on_signals(&self) -> std::io::Result<()> {
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let stopper = self.clone();
        tokio::spawn(async move {
            for times in 1.. {
                let name = tokio::select! {
                    _ = interrupt.recv() => "SIGINT",
                    _ = terminate.recv() => "SIGTERM",
                };
                if times == 2 {
                    tracing::warn!(signal = name, "ending at once; what was leased stays held");
                    process::exit(Exit::Failed as i32);
                }
                tracing::info!(signal = name, "stopping; once more to end at once");
                stopper.stop();
            }
        });
        Ok(())
    }

    /// Asks for the end when standard input ends: whoever started this process is gone.
    ///
    /// A thread of its own, which the process does not wait for: a blocked read of standard input
    /// would keep the runtime from ending.
    pub(crate) fn on_stdin_end(&self) {
        let stopper = self.clone();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            tracing::info!("standard input ended; stopping");
            stopper.stop();
        });
    }
}
