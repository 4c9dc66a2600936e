//! The peer: RabbitMQ takes the same number of bytes, persistent and confirmed, and does nothing
//! else with them: no parsing, no duplicate check, no query.

use anyhow::Result;
use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use std::time::{Duration, Instant};

/// Bytes of a message: a single order, as the load generator sends it.
const MESSAGE_BYTES: usize = 4096;

/// Confirmed publishes a second with `in_flight` unconfirmed at a time.
pub(crate) async fn confirmed_per_second(
    url: &str,
    kind: &str,
    in_flight: usize,
    length: Duration,
) -> Result<f64> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let queue = format!("bench.{kind}");
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString(kind.into()));
    let declare = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(queue.as_str().into(), declare, arguments)
        .await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..in_flight {
        let (channel, queue) = (channel.clone(), queue.clone());
        tasks.push(tokio::spawn(async move {
            let body = vec![b'x'; MESSAGE_BYTES];
            let persistent = BasicProperties::default().with_delivery_mode(2);
            let mut n_confirmed = 0_u64;
            while started.elapsed() < length {
                channel
                    .basic_publish(
                        "".into(),
                        queue.as_str().into(),
                        BasicPublishOptions {
                            mandatory: true,
                            ..BasicPublishOptions::default()
                        },
                        &body,
                        persistent.clone(),
                    )
                    .await?
                    .await?;
                n_confirmed += 1;
            }
            Ok::<u64, anyhow::Error>(n_confirmed)
        }));
    }
    let mut n_confirmed = 0;
    for task in tasks {
        n_confirmed += task.await??;
    }
    let rate = n_confirmed as f64 / started.elapsed().as_secs_f64();
    channel
        .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
        .await?;
    connection.close(200, "done".into()).await?;
    Ok(rate)
}
