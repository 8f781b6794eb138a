package io.penstock.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.fuzz.FuzzedRecords;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Bytes of any client on any topic become a record, which we can write too, or are malformed. */
public final class RecordsFuzz {

  private static final String SCOPE = "records-fuzz";
  private static final String TOPIC = "penstock.fuzz";
  private static final int LONGEST_MESSAGE = 1_000;

  private static final List<Class<? extends SpecificRecord>> TYPES =
      Stream.concat(
              new TopicCatalog(TopicSettings.DEFAULT).topics().stream().map(TopicSpec::value),
              Stream.of(ScoredFacts.class))
          .<Class<? extends SpecificRecord>>map(type -> type)
          .distinct()
          .toList();

  private static final AvroSerdes SERDES = new AvroSerdes("mock://" + SCOPE);
  private static final FuzzedRecords RECORDS = new FuzzedRecords(SCOPE);
  private static final Map<Class<?>, Deserializer<?>> READERS = new HashMap<>();

  private RecordsFuzz() {}

  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    Class<? extends SpecificRecord> type = data.pickValue(TYPES);
    check(type, RECORDS.of(SpecificData.get().getSchema(type), data));
  }

  private static <T extends SpecificRecord> void check(Class<T> type, byte[] bytes) {
    T read;
    try {
      read = reader(type).deserialize(TOPIC, bytes);
    } catch (MalformedRecordException malformed) {
      assertThat(malformed.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
      return;
    }
    byte[] again = SERDES.serializer(type).serialize(TOPIC, read);
    // Bytes are compared, since a record with a number that is none does not equal itself.
    T copy = reader(type).deserialize(TOPIC, again);
    assertThat(SERDES.serializer(type).serialize(TOPIC, copy)).isEqualTo(again);
  }

  @SuppressWarnings("unchecked")
  private static <T extends SpecificRecord> Deserializer<T> reader(Class<T> type) {
    return (Deserializer<T>) READERS.computeIfAbsent(type, each -> SERDES.deserializer(type));
  }
}
