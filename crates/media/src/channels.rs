//! How does sound of so many channels become sound of another number? By the same rule as in the engine.

use crate::Sound;

impl Sound {
    /// The same with another number of channels, by the rule that cables follow: equal numbers stay; one channel is heard on all; into one goes
    /// the mean of all; otherwise the first ones stay, those too many are left out, and those too few are silent. At least one channel comes out.
    ///
    /// ```
    /// # use sostenuto_media::Sound;
    /// let stereo = Sound { rate: 48_000, channels: vec![vec![1.0, 0.5], vec![0.0, 0.25]] };
    /// assert_eq!(stereo.clone().with_channels(1).channels, [[0.5, 0.375]]);
    /// assert_eq!(stereo.clone().with_channels(3).channels[2], [0.0, 0.0]);
    /// assert_eq!(stereo.with_channels(1).with_channels(2).channels, [[0.5, 0.375], [0.5, 0.375]]);
    /// ```
    #[must_use]
    pub fn with_channels(mut self, channels: u16) -> Sound {
        let (has, wanted) = (self.channels.len(), usize::from(channels.max(1)));
        let frames = self.frames();
        match (has, wanted) {
            (has, wanted) if has == wanted => {}
            (1, wanted) => {
                let one = self.channels.swap_remove(0);
                self.channels = vec![one; wanted];
            }
            (2.., 1) => {
                let mean = |frame: usize| {
                    let all = self.channels.iter().filter_map(|channel| channel.get(frame));
                    (all.map(|x| f64::from(*x)).sum::<f64>() / has as f64) as f32
                };
                self.channels = vec![(0..frames).map(mean).collect()];
            }
            (_, wanted) => self.channels.resize(wanted, vec![0.0; frames]),
        }
        self
    }
}
