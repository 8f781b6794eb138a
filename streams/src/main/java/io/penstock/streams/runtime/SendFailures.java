package io.penstock.streams.runtime;

import io.penstock.schemas.serde.SchemaRejectedException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * A failed send aborts the transaction, so the record is always processed again. Where the topic
 * was a requester's own, it is first noted as unusable: the second time the result goes to the
 * results topic, and a requester's mistake cannot hold up others.
 */
public final class SendFailures implements ProductionExceptionHandler {

  /** Configuration keys under which the topology's own objects are handed over. */
  public static final String REPLY_TOPICS = "penstock.reply.topics";

  public static final String OWN_TOPICS = "penstock.own.topics";

  private ReplyTopics replyTopics;
  private List<?> ownTopics = List.of();

  @Override
  public void configure(Map<String, ?> configs) {
    replyTopics = (ReplyTopics) configs.get(REPLY_TOPICS);
    ownTopics = (List<?>) configs.get(OWN_TOPICS);
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    if (!ownTopics.contains(record.topic())) {
      replyTopics.failed(record.topic());
    }
    return Response.fail();
  }

  /** The registry refused the schema, or is away: the latter passes, the former only elsewhere. */
  @Override
  @SuppressWarnings("rawtypes") // as Kafka declares it
  public Response handleSerializationError(
      ErrorHandlerContext context,
      ProducerRecord record,
      Exception exception,
      SerializationExceptionOrigin origin) {
    if (exception instanceof SchemaRejectedException && !ownTopics.contains(record.topic())) {
      replyTopics.failed(record.topic());
    }
    return Response.fail();
  }
}
