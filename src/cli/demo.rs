use anyhow::bail;
#[derive(clap::Args)]
pub struct Options {}
pub fn demo(_: &Options) -> anyhow::Result<()> { bail!("x") }
