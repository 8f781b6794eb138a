package io.penstock.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Samples;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.cluster.ClusterConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AvroSerdesTest {

  private static final String SCOPE = "avro-serdes-test";
  private static final String TOPIC = "penstock.work.standard";

  private final AvroSerdes serdes = new AvroSerdes("mock://" + SCOPE);

  @AfterEach
  void forgetSchemas() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void aRecordReadsBackAsItWasWritten() {
    InferenceRequest request = Samples.request("r1");

    byte[] bytes = serdes.serializer(InferenceRequest.class).serialize(TOPIC, request);

    assertThat(bytes[0]).isZero();
    assertThat(serdes.deserializer(InferenceRequest.class).deserialize(TOPIC, bytes))
        .isEqualTo(request);
  }

  @Test
  void factsAreReadFromTheBytesOfAScoredRequestWithoutItsPayload() {
    ScoredRequest scored = Samples.scored(Samples.request("r1", "x".repeat(100_000)));
    byte[] bytes = serdes.serializer(ScoredRequest.class).serialize(TOPIC, scored);

    ScoredFacts facts = serdes.deserializer(ScoredFacts.class).deserialize(TOPIC, bytes);

    assertThat(facts.getSchema().getFields()).hasSize(scored.getSchema().getFields().size() - 1);
    for (var field : facts.getSchema().getFields()) {
      assertThat(facts.get(field.name())).as(field.name()).isEqualTo(scored.get(field.name()));
    }
    assertThat(facts.getSchema().getField("request")).isNull();
  }

  @Test
  void aNullValueIsATombstone() {
    assertThat(serdes.serializer(InferenceRequest.class).serialize(TOPIC, null)).isNull();
    assertThat(serdes.deserializer(InferenceRequest.class).deserialize(TOPIC, null)).isNull();
  }

  @Test
  void everyTruncationIsMalformed() {
    byte[] bytes = scoredBytes();

    for (int length = 0; length < bytes.length; length++) {
      assertMalformed(Arrays.copyOf(bytes, length));
    }
  }

  @Test
  void aByteAfterTheLastFieldIsMalformed() {
    byte[] bytes = scoredBytes();

    assertMalformed(Arrays.copyOf(bytes, bytes.length + 1));
    assertThatThrownBy(
            () ->
                serdes
                    .deserializer(ScoredFacts.class)
                    .deserialize(TOPIC, Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("1 bytes after its last field");
  }

  @Test
  void anotherMagicByteIsMalformed() {
    byte[] bytes = scoredBytes();
    bytes[0] = '{';

    assertMalformed(bytes);
  }

  @Test
  void anUnknownSchemaIdIsMalformed() {
    byte[] bytes = scoredBytes();
    ByteBuffer.wrap(bytes).putInt(1, 99_999);

    assertMalformed(bytes);
  }

  @Test
  void aRecordOfAnotherTypeIsMalformed() {
    byte[] result =
        serdes.serializer(InferenceResult.class).serialize("results", Samples.result("r1"));

    assertMalformed(result);
  }

  @Test
  void aClaimedLengthOfGigabytesIsMalformedAndTakesNoMemory() {
    byte[] id = Arrays.copyOf(scoredBytes(), 5);
    byte[] bytes = ByteBuffer.allocate(10).put(id).put(new byte[] {-2, -1, -1, -1, 15}).array();

    assertMalformed(bytes);
  }

  @Test
  void aSchemaOfAnotherLanguageIsMalformed() throws IOException {
    assertMalformedWhenAnswering(
        200, "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}");
  }

  @Test
  void aRegistryThatNobodyListensForIsUnavailable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertUnavailable("http://127.0.0.1:" + port);
  }

  @Test
  void aRegistryThatFailsIsUnavailable() throws IOException {
    assertUnavailableWhenAnswering(500, "{\"error_code\":50001,\"message\":\"store\"}");
    assertUnavailableWhenAnswering(429, "{\"error_code\":42901,\"message\":\"slow down\"}");
    assertUnavailableWhenAnswering(401, "{\"error_code\":40101,\"message\":\"who are you\"}");
  }

  @Test
  void aWrongRegistryUrlIsNoReasonToBlameTheRecord() throws IOException {
    assertUnavailableWhenAnswering(404, "<html>nothing here</html>");
    assertUnavailableWhenAnswering(404, "{\"error_code\":404,\"message\":\"no such path\"}");
  }

  @Test
  void aRegistryThatDoesNotKnowTheIdMakesTheRecordMalformed() throws IOException {
    assertMalformedWhenAnswering(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
  }

  @Test
  void anIncompatibleSchemaIsRejectedNotMalformed() throws IOException {
    HttpServer server = answering(409, "{\"error_code\":409,\"message\":\"incompatible\"}");
    try {
      AvroSerdes remote = new AvroSerdes(url(server), QUICK);
      assertThatThrownBy(
              () ->
                  remote.serializer(InferenceRequest.class).serialize(TOPIC, Samples.request("r")))
          .isInstanceOf(SchemaRejectedException.class)
          .hasMessageContaining(TOPIC);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void manyThreadsShareOneOfEach() throws Exception {
    var serializer = serdes.serializer(ScoredRequest.class);
    var deserializer = serdes.deserializer(ScoredRequest.class);
    Callable<Boolean> work =
        () -> {
          for (int i = 0; i < 200; i++) {
            ScoredRequest scored = Samples.scored(Samples.request("r" + i, "b".repeat(i)));
            byte[] bytes = serializer.serialize(TOPIC, scored);
            assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(scored);
          }
          return true;
        };
    try (var executor = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> done = executor.invokeAll(Collections.nCopies(8, work));
      List<Boolean> all = new ArrayList<>();
      for (Future<Boolean> each : done) {
        all.add(each.get());
      }
      assertThat(all).hasSize(8).containsOnly(true);
    }
  }

  @Test
  void noSecretIsShown() {
    ClusterConnection connection =
        new ClusterConnection(
            "localhost:9092",
            "http://user:hunter2@localhost:8081",
            Map.of(
                "sasl.jaas.config", "password=hunter2",
                "basic.auth.user.info", "user:hunter2"));

    assertThat(connection.toString()).doesNotContain("hunter2").contains("sasl.jaas.config");
    assertThat(connection.with(Map.of())).doesNotContainKey("basic.auth.user.info");
    assertThat(connection.registry()).containsOnlyKeys("basic.auth.user.info");
  }

  private byte[] scoredBytes() {
    return serdes
        .serializer(ScoredRequest.class)
        .serialize(TOPIC, Samples.scored(Samples.request("r1")));
  }

  private void assertMalformed(byte[] bytes) {
    assertThatThrownBy(() -> serdes.deserializer(ScoredRequest.class).deserialize(TOPIC, bytes))
        .isInstanceOf(MalformedRecordException.class)
        .isInstanceOf(SerializationException.class)
        .isNotInstanceOf(RetriableException.class);
  }

  private static final Map<String, ?> QUICK =
      Map.of("schema.registry.max.retries", 0, "schema.registry.http.connect.timeout.ms", 500);

  private static void assertMalformedWhenAnswering(int status, String body) throws IOException {
    HttpServer server = answering(status, body);
    try {
      AvroSerdes remote = new AvroSerdes(url(server), QUICK);
      assertThatThrownBy(
              () ->
                  remote
                      .deserializer(ScoredRequest.class)
                      .deserialize(TOPIC, new byte[] {0, 0, 0, 0, 7, 1}))
          .isInstanceOf(MalformedRecordException.class);
    } finally {
      server.stop(0);
    }
  }

  private static void assertUnavailableWhenAnswering(int status, String body) throws IOException {
    HttpServer server = answering(status, body);
    try {
      assertUnavailable(url(server));
    } finally {
      server.stop(0);
    }
  }

  private static void assertUnavailable(String url) {
    AvroSerdes remote = new AvroSerdes(url, QUICK);
    assertThatThrownBy(
            () ->
                remote
                    .deserializer(ScoredRequest.class)
                    .deserialize(TOPIC, new byte[] {0, 0, 0, 0, 7, 1, 2}))
        .isInstanceOf(RegistryUnavailableException.class)
        .isInstanceOf(RetriableException.class);
    assertThatThrownBy(
            () -> remote.serializer(InferenceRequest.class).serialize(TOPIC, Samples.request("r")))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  private static HttpServer answering(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }
}
