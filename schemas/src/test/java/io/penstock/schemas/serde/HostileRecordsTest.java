package io.penstock.schemas.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Records and schemas made to harm whoever reads them. */
class HostileRecordsTest {

  private static final String SCOPE = "hostile-records-test";
  private static final String TOPIC = "penstock.requests.batch";
  private static final int DEEP = 200_000;

  private final AvroSerdes serdes = new AvroSerdes("mock://" + SCOPE);
  private final Deserializer<InferenceRequest> reader = serdes.deserializer(InferenceRequest.class);
  private final InferenceRequest request =
      InferenceRequest.newBuilder(Samples.request("r1"))
          .setAttributes(Map.of("attribute", "value"))
          .build();

  @AfterEach
  void forgetSchemas() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void aRecordNestedBeyondTheStackIsMalformedAndTheNextIsRead() {
    Schema node =
        SchemaBuilder.record("Node")
            .fields()
            .name("next")
            .type()
            .optional()
            .type("Node")
            .endRecord();

    byte[] deep = evolved(node, nested(DEEP));

    assertMalformed(deep, "nested more than 256 values deep");
    assertMalformed(deep, "nested more than 256 values deep");
    assertThat(reader.deserialize(TOPIC, evolved(node, nested(10)))).isEqualTo(request);
    assertThat(reader.deserialize(TOPIC, plain())).isEqualTo(request);
  }

  @Test
  void aListOfListsWithoutEndIsMalformed() {
    Schema tree =
        SchemaBuilder.record("Tree")
            .fields()
            .name("branches")
            .type()
            .array()
            .items()
            .type("Tree")
            .noDefault()
            .endRecord();
    byte[] oneBranchEach = new byte[DEEP];
    Arrays.fill(oneBranchEach, (byte) 2);

    assertMalformed(evolved(tree, oneBranchEach), "nested more than 256 values deep");
  }

  @Test
  void itemsThatTakeNoBytesAreCounted() {
    Schema nothings = SchemaBuilder.array().items().nullType();
    byte[] aBillion = {-128, -88, -42, -71, 7};
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      many.writeBytes(aBillion);
    }

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertMalformed(evolved(nothings, many.toByteArray()), "more than 100000 items"));
  }

  @Test
  void aListThatClaimsMoreThanItHasMakesNoRoomForIt() {
    Schema writer = SpecificData.get().getSchema(InferenceRequest.class);
    byte[] bytes = plain();
    // The attributes' count, in front of the first of them.
    int at = indexOf(bytes, "attribute".getBytes(UTF_8)) - 2;
    byte[] claiming =
        ByteBuffer.allocate(bytes.length + 4)
            .put(bytes, 0, at)
            .put(new byte[] {-128, -128, -128, -128, 1})
            .put(bytes, at + 1, bytes.length - at - 1)
            .array();

    assertThat(writer.getField("attributes").schema().getType()).isEqualTo(Schema.Type.MAP);
    assertMalformed(claiming, "more than 100000 items");
  }

  @Test
  void aSmallSchemaOfABillionFieldsIsMalformed() {
    Schema inner = SchemaBuilder.record("L0").fields().endRecord();
    for (int level = 1; level <= 40; level++) {
      inner =
          SchemaBuilder.record("L" + level)
              .fields()
              .name("a")
              .type(inner)
              .noDefault()
              .name("b")
              .type(inner)
              .noDefault()
              .endRecord();
    }
    Schema bomb = inner;

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertMalformed(evolved(bomb, new byte[0]), "more than 20000 fields"));
  }

  @Test
  void aSchemaThatTheParserCannotFollowIsMalformed() throws IOException {
    String deep = "{\\\"type\\\":\\\"array\\\",\\\"items\\\":".repeat(DEEP);
    byte[] answer =
        ("{\"schema\":\"" + deep + "\\\"int\\\"" + "}".repeat(DEEP) + "\"}").getBytes(UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      AvroSerdes remote =
          new AvroSerdes(
              "http://127.0.0.1:" + server.getAddress().getPort(),
              Map.of("schema.registry.max.retries", 0));
      assertThatThrownBy(
              () ->
                  remote
                      .deserializer(InferenceRequest.class)
                      .deserialize(TOPIC, new byte[] {0, 0, 0, 0, 7, 1}))
          .isInstanceOf(MalformedRecordException.class);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whateverTheBytesAreTheyAreReadOrMalformed() {
    Schema node =
        SchemaBuilder.record("Node")
            .fields()
            .name("next")
            .type()
            .optional()
            .type("Node")
            .endRecord();
    List<byte[]> seeds = List.of(plain(), evolved(node, nested(100)));
    Random random = new Random(14);

    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seeds.get(i % 2).clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(reader.deserialize(TOPIC, bytes)).isNotNull();
      } catch (MalformedRecordException expected) {
        assertThat(expected).hasMessageContaining("record");
      }
    }
  }

  private void assertMalformed(byte[] bytes, String message) {
    assertThatThrownBy(() -> reader.deserialize(TOPIC, bytes))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  private byte[] plain() {
    return serdes.serializer(InferenceRequest.class).serialize(TOPIC, request);
  }

  /**
   * The sample request by a schema with one more field at its end, of which these are the bytes.
   */
  private byte[] evolved(Schema type, byte[] value) {
    Schema ours = SpecificData.get().getSchema(InferenceRequest.class);
    List<Schema.Field> fields = new ArrayList<>();
    ours.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    fields.add(new Schema.Field("later", type, null, (Object) null));
    Schema schema = Schema.createRecord(ours.getName(), null, ours.getNamespace(), false, fields);
    byte[] known = plain();
    ParsedSchema parsed = new AvroSchema(schema);
    int id;
    try {
      id = MockSchemaRegistry.getClientForScope(SCOPE).register("later-value", parsed);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return ByteBuffer.allocate(known.length + value.length)
        .put((byte) 0)
        .putInt(id)
        .put(known, 5, known.length - 5)
        .put(value)
        .array();
  }

  /** So many times "there is another", then none. */
  private static byte[] nested(int depth) {
    byte[] bytes = new byte[depth + 1];
    Arrays.fill(bytes, 0, depth, (byte) 2);
    return bytes;
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at <= bytes.length - part.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }
}
