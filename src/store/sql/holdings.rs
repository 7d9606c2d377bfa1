//! What a node has of other services that costs money until it is given back.

use super::{
    super::{
        contract::StoreError,
        record::{Holding, NodeId, Outcome},
    },
    connection::{Connection, Statement},
    fault::fault,
};

/// Notes that a node has it, whoever had it before.
pub async fn hold(
    connection: &mut impl Connection,
    holding: &Holding,
    node: &NodeId,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "INSERT INTO holdings (kind, id, handle, node) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (kind, id) DO UPDATE SET handle = excluded.handle, node = excluded.node",
        [
            holding.kind.as_str().into(),
            holding.id.as_str().into(),
            holding.handle.as_str().into(),
            node.as_str().into(),
        ],
    );
    let done = connection.run(statement).await;
    done.map_err(|error| fault("noting what costs money", &error))?;
    Ok(Outcome::Done)
}

/// Notes that it was given back.
pub async fn give_back(
    connection: &mut impl Connection,
    kind: &str,
    id: &str,
    node: &NodeId,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "DELETE FROM holdings WHERE kind = $1 AND id = $2 AND node = $3",
        [kind.into(), id.into(), node.as_str().into()],
    );
    let done = connection.run(statement).await;
    done.map_err(|error| fault("noting what no longer costs money", &error))?;
    Ok(Outcome::Done)
}

/// Gives a node what a dead one had.
pub async fn take_over(
    connection: &mut impl Connection,
    kind: &str,
    from: &NodeId,
    node: &NodeId,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "UPDATE holdings SET node = $1 WHERE kind = $2 AND node = $3 RETURNING id, handle",
        [node.as_str().into(), kind.into(), from.as_str().into()],
    );
    let mut taken: Vec<(String, String)> = connection
        .rows(statement)
        .await
        .map_err(|error| fault("taking over what costs money", &error))?;
    taken.sort();
    let holding = |(id, handle)| Holding {
        kind: kind.to_owned(),
        id,
        handle,
    };
    Ok(Outcome::TakenOver(taken.into_iter().map(holding).collect()))
}
