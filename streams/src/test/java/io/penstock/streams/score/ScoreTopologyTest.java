package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.SETTINGS;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.BoundedRocksDb;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.identity.SharedMemory;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTopologyTest {

  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static final TopicNames TOPICS = SETTINGS.names();
  private static final String REQUESTS = TOPICS.requests(ServiceClass.INTERACTIVE);
  private static final String WORK = TOPICS.work(ServiceClass.INTERACTIVE);
  private static final int LIMIT = 20_000;

  private final AvroSerdes serdes = new AvroSerdes("mock://score-topology");
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final SharedMemory memory = new SharedMemory(SETTINGS.idRetention());
  private Path batchState;
  private Instant now = NOW;
  private int registryOutages;
  private int faults;
  private Properties properties;
  private ScoreParts parts;
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> requests;

  @BeforeEach
  void start(@TempDir Path state, @TempDir Path another) {
    batchState = another;
    Properties properties = new Properties();
    properties.put("application.id", "score-test");
    properties.put("bootstrap.servers", "unused:1");
    properties.put("state.dir", state.toString());
    properties.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    this.properties = properties;
    this.parts = parts(ServiceClass.INTERACTIVE);
    open();
  }

  /** Opens the topology, as a thread does that takes over from another. */
  private void open() {
    driver =
        new TopologyTestDriver(ScoreTopology.of(ServiceClass.INTERACTIVE, parts), properties, NOW);
    requests = driver.createInputTopic(REQUESTS, new StringSerializer(), new ByteArraySerializer());
    apply(model("talker").setAliases(List.of("chatty")).build());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void placesAGoodRequestInItsModelsPartition() {
    send(chat().build());

    TestRecord<String, ScoredRequest> work = next(WORK, ScoredRequest.class);
    assertThat(work.key()).isEqualTo("request-1");
    assertThat(work.timestamp()).isEqualTo(NOW.toEpochMilli());
    ScoredRequest scored = work.value();
    assertThat(scored.getRequest()).isEqualTo(chat().build());
    assertThat(scored.getChoice().getModel()).isEqualTo("talker");
    assertThat(scored.getChoice().getReason()).isEqualTo("named");
    assertThat(scored.getFirstTokenBy()).isEqualTo(NOW.plusSeconds(2));
    assertThat(scored.getDeadline()).isEqualTo(NOW.plusSeconds(60));
    assertThat(scored.getPromptTokens()).isBetween(10L, 20L);
    assertThat(scored.getPredictedOutputTokens()).isEqualTo(129);
    assertThat(scored.getMaxOutputTokens()).isEqualTo(1_024);
    assertNothing(TOPICS.results(), TOPICS.deadLetters(), TOPICS.lifecycle());
  }

  @Test
  void passesTheTraceOnAndInventsNone() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", TRACEPARENT.getBytes(StandardCharsets.UTF_8));
    headers.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
    headers.add("other", new byte[] {1});
    requests.pipeInput(new TestRecord<>("request-1", bytes(chat().build()), headers, NOW));
    send(chat().setId("request-2").build());

    assertThat(next(WORK, ScoredRequest.class).headers().toArray())
        .extracting(header -> header.key())
        .containsExactly("traceparent", "tracestate");
    assertThat(next(WORK, ScoredRequest.class).headers().toArray()).isEmpty();
  }

  @Test
  void aTraceThatIsNotOfTheStandardsFormEndsHereAndTheRequestGoesOn() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", "00-a-b-01\n".getBytes(StandardCharsets.UTF_8));
    headers.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
    requests.pipeInput(new TestRecord<>("request-1", bytes(chat().build()), headers, NOW));

    assertThat(next(WORK, ScoredRequest.class).headers().toArray()).isEmpty();
  }

  @Test
  void aTraceStateThatHttpWouldRefuseIsDropped() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", TRACEPARENT.getBytes(StandardCharsets.UTF_8));
    headers.add("tracestate", "vendor=\r\nX: 1".getBytes(StandardCharsets.UTF_8));
    requests.pipeInput(new TestRecord<>("request-1", bytes(chat().build()), headers, NOW));

    assertThat(next(WORK, ScoredRequest.class).headers().toArray())
        .extracting(header -> header.key())
        .containsExactly("traceparent");
  }

  @Test
  void resolvesAnAlias() {
    send(chat().setModel("chatty").build());

    ScoredRequest scored = next(WORK, ScoredRequest.class).value();
    assertThat(scored.getRequestedModel()).isEqualTo("chatty");
    assertThat(scored.getChoice().getModel()).isEqualTo("talker");
    assertThat(scored.getChoice().getReason()).contains("alias");
  }

  @Test
  void refusesAMalformedRecordAndServesItsNeighbours() {
    send(chat().setId("before").build());
    requests.pipeInput("broken", new byte[] {1, 2, 3}, NOW);
    send(chat().setId("after").build());

    assertThat(next(WORK, ScoredRequest.class).key()).isEqualTo("before");
    assertThat(next(WORK, ScoredRequest.class).key()).isEqualTo("after");
    TestRecord<String, InferenceResult> result = next(TOPICS.results(), InferenceResult.class);
    assertThat(result.key()).isEqualTo("broken");
    assertThat(result.value().getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(result.value().getError().orElseThrow().getCode()).isEqualTo("malformed_record");
    DeadLetter dead = next(TOPICS.deadLetters(), DeadLetter.class).value();
    assertThat(dead.getRequestId()).contains("broken");
    assertThat(dead.getSourceTopic()).isEqualTo(REQUESTS);
    assertThat(dead.getSourceOffset()).isEqualTo(1);
    assertThat(dead.getSourceValue()).contains(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(next(TOPICS.lifecycle(), RequestStatus.class).value().getState())
        .isEqualTo(RequestState.FAILED);
  }

  @Test
  void deadLettersARecordWithoutAnId() {
    requests.pipeInput(null, new byte[] {0, 0, 0, 0, 99, 1}, NOW);
    requests.pipeInput(null, null, NOW);

    assertThat(next(TOPICS.deadLetters(), DeadLetter.class).value().getRequestId()).isEmpty();
    assertThat(next(TOPICS.deadLetters(), DeadLetter.class).value().getSourceValue()).isEmpty();
    assertNothing(WORK, TOPICS.results(), TOPICS.lifecycle());
  }

  @Test
  void refusesAnUnknownModelUntilItIsAdded() {
    send(chat().setModel("newcomer").build());
    assertThat(failure().getCode()).isEqualTo("unknown_model");

    apply(model("newcomer").build());
    send(chat().setId("request-2").setModel("newcomer").build());

    assertThat(next(WORK, ScoredRequest.class).value().getChoice().getModel())
        .isEqualTo("newcomer");
  }

  @Test
  void forgetsARemovedModel() {
    models().pipeInput("talker", null);

    send(chat().build());

    assertThat(failure().getCode()).isEqualTo("unknown_model");
  }

  @Test
  void ignoresABadSpecAndAnUnreadableOne() {
    apply(model("talker").setPartitions(List.of(99)).build());
    models().pipeInput("talker", new byte[] {7});

    send(chat().build());

    assertThat(next(WORK, ScoredRequest.class).value().getChoice().getModel()).isEqualTo("talker");
    assertThat(counter("penstock.score.models.rejected")).isEqualTo(2);
  }

  @Test
  void refusesWhatIsTooLargeForARecord() {
    String text = "word ".repeat(LIMIT / 5);
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(text);

    send(chat(body).build());

    InferenceResult result = next(TOPICS.results(), InferenceResult.class).value();
    assertThat(result.getStatusCode()).isEqualTo(413);
    DeadLetter dead = next(TOPICS.deadLetters(), DeadLetter.class).value();
    assertThat(dead.getSourceValue()).isEmpty();
    assertThat(dead.getRequest()).isEmpty();
    assertThat(dead.getRequestId()).contains("request-1");
    assertNothing(WORK);
  }

  @Test
  void everyResultGoesToTheResultsTopicAndNamesTheReplyTopicAskedFor() {
    send(chat().setModel("nobody").setTenant("acme").setReplyTopic("replies.acme").build());

    assertThat(next(TOPICS.results(), InferenceResult.class).value().getReplyTopic())
        .contains("replies.acme");
    assertThat(next(TOPICS.lifecycle(), RequestStatus.class).value().getResultTopic())
        .contains(TOPICS.results());
  }

  @Test
  void refusesAReplyTopicThatTheTenantMayNotUseAndDoesNotAskForACopyThere() {
    for (String topic :
        List.of("_schemas", "connect-offsets", "orders", "replies.other", TOPICS.leases())) {
      String id = "request-" + topic;
      send(chat().setId(id).setTenant("acme").setReplyTopic(topic).build());

      InferenceResult result = next(TOPICS.results(), InferenceResult.class).value();
      assertThat(result.getReplyTopic()).isEmpty();
      ResultError error = result.getError().orElseThrow();
      assertThat(error.getCode()).isEqualTo("invalid_reply_topic");
      assertThat(error.getParam()).contains("replyTopic");
      assertThat(error.getMessage()).contains(topic, "'replies.acme'");
    }
    assertNothing(WORK);
  }

  @Test
  void answersARepeatedRefusalAtOnceAsARepetition() {
    send(chat().setModel("nobody").build());
    now = now.plusSeconds(60);
    send(chat().setModel("nobody").setCustomId("again").build());

    List<InferenceResult> results = results();
    assertThat(results).hasSize(2);
    assertThat(results.get(0).getRepetition()).isEmpty();
    InferenceResult again = results.get(1);
    assertThat(again.getRepetition()).contains(Repetition.SAME);
    assertThat(again.getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(again.getFinishedAt()).isEqualTo(NOW);
    assertThat(again.getCustomId()).contains("again");
    assertThat(again.getError()).isEqualTo(results.get(0).getError());
    assertThat(read(TOPICS.deadLetters(), DeadLetter.class)).hasSize(1);
    assertThat(read(TOPICS.lifecycle(), RequestStatus.class)).hasSize(1);
    assertThat(counter("penstock.score.duplicates")).isEqualTo(1);
  }

  @Test
  void refusesAnotherRequestOfAnIdAsAConflictWhateverBecameOfTheFirst() {
    send(chat().setId("refused").setModel("nobody").build());
    send(chat().setId("placed").build());
    results();
    read(TOPICS.deadLetters(), DeadLetter.class);
    read(TOPICS.lifecycle(), RequestStatus.class);
    read(WORK, ScoredRequest.class);

    send(chat().setId("refused").build());
    send(chat().setId("placed").setModel("nobody").build());
    send(chat("{\"messages\":[]}").setId("placed").build());

    List<InferenceResult> results = results();
    assertThat(results).hasSize(3);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.getRepetition()).contains(Repetition.CONFLICT);
              assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
              assertThat(result.getStatusCode()).isEqualTo(409);
              assertThat(result.getError().orElseThrow().getCode()).isEqualTo("id_conflict");
            });
    assertThat(read(TOPICS.deadLetters(), DeadLetter.class)).hasSize(3);
    assertNothing(WORK, TOPICS.lifecycle());
  }

  @Test
  void runsAnotherTenantsRequestOfTheSameId() {
    send(chat().build());
    send(chat().setTenant("globex").setModel("nobody").build());
    send(chat().setTenant("initech").build());

    assertThat(read(WORK, ScoredRequest.class))
        .extracting(work -> work.value().getTenant())
        .containsExactly("acme", "initech");
    assertThat(results()).extracting(InferenceResult::getTenant).containsExactly("globex");
    assertThat(read(TOPICS.lifecycle(), RequestStatus.class))
        .extracting(TestRecord::key)
        .containsExactly(RequestKey.of("globex", "request-1"));
  }

  @Test
  void letsDispatchAnswerARepetitionThatWouldBeRefusedToday() {
    Instant deadline = NOW.plusSeconds(30);
    send(chat().setDeadline(deadline).build());
    models().pipeInput("talker", null);
    requests.pipeInput(
        "request-1", bytes(chat().setDeadline(deadline).build()), NOW.plusSeconds(40));
    now = NOW.plusSeconds(40);

    List<TestRecord<String, ScoredRequest>> work = read(WORK, ScoredRequest.class);
    assertThat(work).hasSize(2);
    assertThat(work.get(1).value().getFingerprint())
        .isPresent()
        .isEqualTo(work.get(0).value().getFingerprint());
    assertNothing(TOPICS.results(), TOPICS.deadLetters());
  }

  @Test
  void anUnreadableRecordDoesNotTouchTheRequestWhoseIdIsItsKey() {
    send(chat().build());
    requests.pipeInput("request-1", new byte[] {9}, NOW);
    send(chat().build());

    assertThat(read(WORK, ScoredRequest.class)).hasSize(2);
    assertThat(results()).extracting(InferenceResult::getTenant).containsExactly("unknown");
    assertThat(read(TOPICS.lifecycle(), RequestStatus.class))
        .extracting(TestRecord::key)
        .containsExactly(RequestKey.of("unknown", "request-1"));
  }

  @Test
  void putsARecordWithoutItsIdAsKeyBackWhereTheIdBelongs() {
    Instant accepted = NOW.minusSeconds(5);
    RecordHeaders headers = new RecordHeaders();
    headers.add("other", new byte[] {1});
    requests.pipeInput(new TestRecord<>(null, bytes(chat().build()), headers, accepted));
    requests.pipeInput("another-key", bytes(chat().setId("request-2").build()), accepted);
    send(chat().build());

    List<TestRecord<String, ScoredRequest>> work = read(WORK, ScoredRequest.class);
    assertThat(work)
        .extracting(TestRecord::key)
        .containsExactly("request-1", "request-2", "request-1");
    assertThat(work.get(0).value().getAcceptedAt()).isEqualTo(accepted);
    List<TestRecord<String, byte[]>> back =
        driver
            .createOutputTopic(REQUESTS, new StringDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList();
    assertThat(back).hasSize(2);
    assertThat(back.get(0).headers().toArray())
        .extracting(header -> header.key())
        .containsExactly("other", SourceRecord.ACCEPTED_AT);
    assertNothing(TOPICS.results(), TOPICS.deadLetters());
  }

  @Test
  void putsARecordBackOnlyOnce() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(
        SourceRecord.ACCEPTED_AT,
        Long.toString(NOW.toEpochMilli()).getBytes(StandardCharsets.US_ASCII));
    requests.pipeInput(new TestRecord<>("another-key", bytes(chat().build()), headers, NOW));

    assertThat(next(TOPICS.deadLetters(), DeadLetter.class).value().getFailure().getMessage())
        .contains(SourceRecord.ACCEPTED_AT);
    assertNothing(WORK, TOPICS.results(), REQUESTS);
  }

  @Test
  void believesNoFirstAcceptanceThatIsLaterOrLongAgo() {
    for (Instant said :
        List.of(NOW.plusSeconds(1), NOW.minusSeconds(31), NOW.minus(Duration.ofDays(30)))) {
      RecordHeaders headers = new RecordHeaders();
      headers.add(
          SourceRecord.ACCEPTED_AT,
          Long.toString(said.toEpochMilli()).getBytes(StandardCharsets.US_ASCII));
      requests.pipeInput(
          new TestRecord<>(
              said.toString(), bytes(chat().setId(said.toString()).build()), headers, NOW));

      assertThat(next(WORK, ScoredRequest.class).value().getAcceptedAt()).isEqualTo(NOW);
    }
  }

  @Test
  void followsWhatAnotherClassOfThisProcessDecidedOnTheId() {
    send(chat().setId("there").setModel("nobody").build());
    send(chat().setId("too").build());
    ScoreParts batch = parts(ServiceClass.BATCH);
    String batchRequests = TOPICS.requests(ServiceClass.BATCH);
    String batchWork = TOPICS.work(ServiceClass.BATCH);
    Properties properties = new Properties();
    properties.put("application.id", "score-batch-test");
    properties.put("bootstrap.servers", "unused:1");
    properties.put("state.dir", batchState.toString());
    properties.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    memory.share(
        ServiceClass.INTERACTIVE, partition -> driver.getWindowStore(FirstDecisions.STORE));
    try (TopologyTestDriver other =
        new TopologyTestDriver(ScoreTopology.of(ServiceClass.BATCH, batch), properties, NOW)) {
      memory.share(ServiceClass.BATCH, partition -> other.getWindowStore(FirstDecisions.STORE));
      other
          .createInputTopic(TOPICS.models(), new StringSerializer(), new ByteArraySerializer())
          .pipeInput(
              "talker",
              serdes
                  .serializer(ModelSpec.class)
                  .serialize(TOPICS.models(), model("talker").build()));
      TestInputTopic<String, byte[]> there =
          other.createInputTopic(batchRequests, new StringSerializer(), new ByteArraySerializer());
      there.pipeInput("there", bytes(chat().setId("there").setModel("nobody").build()), NOW);
      there.pipeInput("there", bytes(chat().setId("there").build()), NOW);
      there.pipeInput("too", bytes(chat().setId("too").build()), NOW);
      there.pipeInput("own", bytes(chat().setId("own").build()), NOW);
      send(chat().setId("own").setModel("nobody").build());

      assertThat(
              other
                  .createOutputTopic(
                      TOPICS.results(),
                      new StringDeserializer(),
                      serdes.deserializer(InferenceResult.class))
                  .readValuesToList())
          .extracting(InferenceResult::getRepetition)
          .containsExactly(Optional.of(Repetition.SAME), Optional.of(Repetition.CONFLICT));
      assertThat(
              other
                  .createOutputTopic(
                      batchWork, new StringDeserializer(), serdes.deserializer(ScoredRequest.class))
                  .readValuesToList())
          .extracting(ScoredRequest::getId)
          .containsExactly("too", "own");
      assertThat(results())
          .extracting(InferenceResult::getRepetition)
          .containsExactly(Optional.empty(), Optional.of(Repetition.CONFLICT));
    }
  }

  @Test
  void placesARepeatedIdWhereTheFirstOneWent() {
    send(chat().setModel("chatty").build());
    apply(model("talker").build());
    apply(model("rival").setAliases(List.of("chatty")).build());
    now = now.plusSeconds(60);
    send(chat().setModel("chatty").build());

    List<TestRecord<String, ScoredRequest>> work = read(WORK, ScoredRequest.class);
    assertThat(work).hasSize(2);
    assertThat(work.get(1).value().getChoice().getModel()).isEqualTo("talker");
  }

  @Test
  void forgetsDecisionsAfterTheRetention() {
    send(chat().setModel("nobody").build());
    now = NOW.plus(SETTINGS.idRetention()).plusSeconds(1);
    send(chat().setModel("nobody").build());

    assertThat(results()).extracting(InferenceResult::getRepetition).containsOnly(Optional.empty());
  }

  @Test
  void remembersDecisionsAsLongAsAnyLogKeepsTheRequestWhateverHappensMeanwhile() {
    send(chat().build());
    int days = (int) SETTINGS.workRetention().plusDays(1).toDays();
    for (int day = 1; day <= days; day++) {
      now = NOW.plus(Duration.ofDays(day));
      send(chat().setId("day-" + day).build());
      send(chat("{}").build());
    }

    assertThat(results())
        .hasSize(days)
        .allSatisfy(result -> assertThat(result.getRepetition()).contains(Repetition.CONFLICT));
  }

  @Test
  void aRecordFromTheFutureDoesNotMakeItForget() {
    send(chat().setModel("nobody").build());
    requests.pipeInput("future", bytes(chat().setId("future").build()), NOW.plusSeconds(1L << 32));
    send(chat().setModel("nobody").build());

    assertThat(results())
        .extracting(InferenceResult::getRepetition)
        .containsExactly(Optional.empty(), Optional.of(Repetition.SAME));
    assertThat(next(WORK, ScoredRequest.class).timestamp()).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void givesAnOldRecordACurrentTimestamp() {
    Instant old = NOW.minus(Duration.ofDays(2));
    requests.pipeInput("request-1", bytes(chat().setDeadline(NOW.plusSeconds(9)).build()), old);

    TestRecord<String, ScoredRequest> work = next(WORK, ScoredRequest.class);
    assertThat(work.timestamp()).isEqualTo(NOW.toEpochMilli());
    assertThat(work.value().getAcceptedAt()).isEqualTo(old);
  }

  @Test
  void leavesToDispatchWhatExpiredWhileWaitingForScoring() {
    now = NOW.plusSeconds(120);

    send(chat().build());

    assertThat(next(WORK, ScoredRequest.class).value().getDeadline()).isBefore(now);
  }

  @Test
  void waitsOutAShortRegistryOutage() {
    registryOutages = 3;

    send(chat().build());

    assertThat(next(WORK, ScoredRequest.class).key()).isEqualTo("request-1");
    assertThat(counter("penstock.score.registry.waits")).isEqualTo(3);
    assertNothing(TOPICS.deadLetters());
  }

  @Test
  void aLongRegistryOutageStopsTheThreadButRefusesNothing() {
    registryOutages = Integer.MAX_VALUE;

    assertThatThrownBy(() -> send(chat().build()))
        .hasRootCauseInstanceOf(RegistryUnavailableException.class);

    assertNothing(WORK, TOPICS.results(), TOPICS.deadLetters());
  }

  @Test
  void aRequestAsJsonIsScoredAsTheSameOneAsAvro() {
    send(chat().build());
    ScoredRequest avro = next(WORK, ScoredRequest.class).value();

    sendJson(
        "json-1",
        """
        {"id":"json-1","tenant":"acme","endpoint":"/v1/chat/completions","model":"talker",
         "body":{"messages":[{"role":"user","content":"What is a penstock?"}]}}\
        """);

    ScoredRequest json = next(WORK, ScoredRequest.class).value();
    assertThat(
            ScoredRequest.newBuilder(json)
                .setId(avro.getId())
                .setRequest(
                    InferenceRequest.newBuilder(json.getRequest()).setId(avro.getId()).build())
                .setResultFormat(ResultFormat.AVRO)
                .build())
        .isEqualTo(avro);
    assertThat(json.getResultFormat()).contains(ResultFormat.JSON);
  }

  @Test
  void aBareBodyWithoutAKeyIsPutBackUnderAnIdThatIsAlwaysTheSame() {
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    sendJson(null, body, "penstock-endpoint", "/v1/chat/completions", "penstock-model", "talker");

    TestRecord<String, byte[]> back = putBack();
    assertThat(back.key()).isEqualTo("interactive-0-0");
    requests.pipeInput(new TestRecord<>(back.key(), back.value(), back.headers(), NOW));
    ScoredRequest scored = next(WORK, ScoredRequest.class).value();
    assertThat(scored.getId()).isEqualTo("interactive-0-0");
    assertThat(scored.getTenant()).isEqualTo("default");
    assertThat(scored.getRequest().getBody())
        .isEqualTo(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void jsonThatIsNoRequestFailsUnderItsIdAndTenantWithAResultAsJson() {
    sendJson("a", "{\"id\":\"a\",\"tenant\":\"acme\",\"endpoint\":\"e\",\"body\":{},\"x\":1}");
    sendJson("b", "{\"id\":");

    List<InferenceResult> failed = results();
    assertThat(failed)
        .extracting(
            InferenceResult::getId, InferenceResult::getTenant, InferenceResult::getResultFormat)
        .containsExactly(
            tuple("a", "acme", Optional.of(ResultFormat.JSON)),
            tuple("b", "unknown", Optional.of(ResultFormat.JSON)));
    assertThat(failed.getFirst().getError().orElseThrow().getMessage())
        .contains("field 'x' at line 1", "known are id, tenant");
    assertThat(read(TOPICS.deadLetters(), DeadLetter.class)).hasSize(2);
  }

  @Test
  void aHeaderSaysHowTheResultIsWanted() {
    RecordHeaders json = new RecordHeaders();
    json.add("penstock-accept", "json".getBytes(StandardCharsets.UTF_8));
    requests.pipeInput(new TestRecord<>("request-1", bytes(chat().build()), json, NOW));
    assertThat(next(WORK, ScoredRequest.class).value().getResultFormat())
        .contains(ResultFormat.JSON);

    sendJson(
        "request-2",
        "{\"prompt\":\"Hello\",\"model\":\"talker\"}",
        "penstock-endpoint",
        "/v1/completions",
        "penstock-accept",
        "avro");
    assertThat(next(WORK, ScoredRequest.class).value().getResultFormat())
        .contains(ResultFormat.AVRO);
  }

  @Test
  void aHeaderThatIsUnclearIsRefusedHoweverTheRequestCame() {
    for (List<String> values : List.of(List.of("xml"), List.of("json", "json"))) {
      RecordHeaders unclear = new RecordHeaders();
      values.forEach(each -> unclear.add("penstock-accept", each.getBytes(StandardCharsets.UTF_8)));
      String id = "request-" + values.size();
      requests.pipeInput(new TestRecord<>(id, bytes(chat().setId(id).build()), unclear, NOW));
    }
    sendJson("json", "{}", "penstock-tenant", "acme", "penstock-tenant", "acme");

    assertThat(results())
        .extracting(each -> each.getError().orElseThrow().getMessage())
        .containsExactly(
            "header penstock-accept is 'xml'; give json or avro",
            "header penstock-accept comes more than once; give it once",
            "header penstock-tenant comes more than once; give it once");
    assertNothing(WORK);
  }

  @Test
  void theDeadLetterOfAConflictNamesTheHeadersThatCameTwice() {
    String[] headers = {
      "penstock-endpoint", "/v1/completions", "penstock-tenant", "a", "penstock-tenant", "b"
    };
    sendJson("a", "{\"prompt\":\"Hello\",\"model\":\"talker\"}", headers);
    sendJson("a", "{\"prompt\":\"Hi\",\"model\":\"talker\"}", headers);

    List<DeadLetter> letters =
        read(TOPICS.deadLetters(), DeadLetter.class).stream().map(TestRecord::value).toList();
    assertThat(letters).hasSize(2);
    DeadLetter dead = letters.getLast();
    assertThat(dead.getFailure().getCode()).isEqualTo("id_conflict");
    assertThat(dead.getRepeatedHeaders()).containsExactly("penstock-tenant");
    assertThat(dead.getHeaders()).containsKey("penstock-endpoint");
  }

  @Test
  void aRefusalAnswersTheSameRecordAgainAndNotACorrectedOne() {
    String faulty = "{\"tenant\":\"acme\",\"endpoint\":\"/v1/completions\",\"body\":{},\"x\":1}";
    sendJson("a", faulty);
    sendJson("a", faulty, "penstock-accepted-at", "1", "traceparent", "00-1");
    sendJson("a", faulty.replace(",\"x\":1", ""));
    String body = "{\"prompt\":\"Hello\",\"model\":\"talker\"}";
    sendJson("b", body, "penstock-endpoint", "/v1/completions", "penstock-deadline", "soon");
    sendJson("b", body, "penstock-endpoint", "/v1/completions", "penstock-deadline", "30s");
    sendJson("b", body, "penstock-endpoint", "/v1/completions", "penstock-deadline", "soon");

    assertThat(results())
        .extracting(InferenceResult::getId, InferenceResult::getRepetition)
        .containsExactly(
            tuple("a", Optional.empty()),
            tuple("a", Optional.of(Repetition.SAME)),
            tuple("a", Optional.of(Repetition.CONFLICT)),
            tuple("b", Optional.empty()),
            tuple("b", Optional.of(Repetition.CONFLICT)),
            tuple("b", Optional.of(Repetition.SAME)));
    assertNothing(WORK);
  }

  @Test
  void whatWasRefusedForItsDeadlineIsNotAnsweredSoOnceTheDeadlineIsCorrected() {
    send(chat().setDeadline(NOW.minusSeconds(1)).build());
    send(chat().setDeadline(NOW.minusSeconds(2)).build());
    send(chat().setDeadline(NOW.plusSeconds(600)).build());

    assertThat(results())
        .extracting(InferenceResult::getRepetition)
        .containsExactly(
            Optional.empty(), Optional.of(Repetition.SAME), Optional.of(Repetition.CONFLICT));
    assertNothing(WORK);
    assertThat(read(TOPICS.deadLetters(), DeadLetter.class))
        .extracting(letter -> letter.value().getFailure().getMessage())
        .last()
        .asString()
        .endsWith("was refused before for its deadline; send the corrected one under another id");
  }

  @Test
  void theSameRequestStaysRefusedAlsoWhenItsFieldIsNoLongerAtFault() {
    InferenceRequest tooFar =
        chat().setDeadline(NOW.plus(SETTINGS.maxDeadline()).plusSeconds(60)).build();
    send(tooFar);
    now = NOW.plusSeconds(120);
    requests.pipeInput(tooFar.getId(), bytes(tooFar), now);

    assertThat(results())
        .extracting(
            InferenceResult::getRepetition, result -> result.getError().orElseThrow().getCode())
        .containsExactly(
            tuple(Optional.empty(), "invalid_deadline"),
            tuple(Optional.of(Repetition.SAME), "invalid_deadline"));
    assertThat(read(TOPICS.deadLetters(), DeadLetter.class)).hasSize(1);
    assertNothing(WORK);
  }

  private void sendJson(@Nullable String key, String value, String... headers) {
    RecordHeaders all = new RecordHeaders();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    requests.pipeInput(new TestRecord<>(key, value.getBytes(StandardCharsets.UTF_8), all, NOW));
  }

  private TestRecord<String, byte[]> putBack() {
    return driver
        .createOutputTopic(REQUESTS, new StringDeserializer(), new ByteArrayDeserializer())
        .readRecord();
  }

  @Test
  void aRecordThatEndsThreeThreadsIsRefusedAndTheNextIsServed() {
    faults = 100;
    for (int thread = 1; thread <= CrashLoop.DEATHS; thread++) {
      assertThatThrownBy(() -> send(chat().build())).isInstanceOf(StackOverflowError.class);
      driver.close();
      open();
    }

    send(chat().build());
    faults = 0;
    send(chat().setId("request-2").build());

    DeadLetter letter = next(TOPICS.deadLetters(), DeadLetter.class).value();
    assertThat(letter.getFailure().getMessage()).contains("failed 3 times");
    assertThat(letter.getSourceOffset()).isZero();
    TestRecord<String, InferenceResult> refused = next(TOPICS.results(), InferenceResult.class);
    assertThat(refused.key()).isEqualTo("request-1");
    assertThat(refused.value().getError().orElseThrow().getCode()).isEqualTo("internal_error");
    assertThat(next(WORK, ScoredRequest.class).key()).isEqualTo("request-2");
  }

  @Test
  void aRecordThatCanBeReadAfterThreeThreadsIsRefusedInItsTenantsName() {
    faults = CrashLoop.DEATHS;
    outliveThreads(CrashLoop.DEATHS);

    send(chat().setTenant("acme").build());

    TestRecord<String, InferenceResult> refused = next(TOPICS.results(), InferenceResult.class);
    assertThat(refused.value().getTenant()).isEqualTo("acme");
    assertThat(refused.value().getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(refused.value().getError().orElseThrow().getCode()).isEqualTo("internal_error");
    assertThat(next(TOPICS.lifecycle(), RequestStatus.class).key())
        .isEqualTo(RequestKey.of("acme", "request-1"));
    assertThat(next(TOPICS.deadLetters(), DeadLetter.class).value().getTenant()).contains("acme");
    assertNothing(WORK);
  }

  @Test
  void anIdThatARefusalLeftFreeTakesItsHistoryAlongToAnotherHome() {
    faults = CrashLoop.DEATHS;
    outliveThreads(CrashLoop.DEATHS);

    send(chat().setReplyKey("one").build());
    send(chat().setReplyKey("two").build());

    List<TestRecord<String, RequestStatus>> history = read(TOPICS.lifecycle(), RequestStatus.class);
    assertThat(history)
        .extracting(TestRecord::key)
        .containsExactly(RequestKey.of("acme", "request-1"), RequestKey.of("acme", "request-1"));
    assertThat(history.get(0).value().getReplyKey()).contains("one");
    assertThat(history.get(1).value()).as("taken out of the first home").isNull();
    assertThat(next(WORK, ScoredRequest.class).value().getReplyKey()).contains("two");
  }

  @Test
  void aRepetitionIsAnsweredInItsOwnHomeAndWritesNoHistoryThere() {
    send(chat().setModel("nobody").setReplyKey("one").build());
    send(chat().setModel("nobody").setReplyKey("two").build());
    send(chat().setModel("talker").setReplyKey("three").build());

    assertThat(results())
        .extracting(result -> result.getReplyKey().orElseThrow())
        .containsExactly("one", "two", "three");
    assertThat(read(TOPICS.lifecycle(), RequestStatus.class))
        .extracting(state -> state.value().getReplyKey().orElseThrow())
        .containsExactly("one");
  }

  @Test
  void theWebhookOfARequestGoesToWorkAndComesBackWithARefusal() {
    send(chat().setWebhook("whe_1").build());
    assertThat(next(WORK, ScoredRequest.class).value().getWebhook()).contains("whe_1");

    send(chat().setId("request-2").setModel("nobody").setWebhook("*").build());
    assertThat(next(TOPICS.results(), InferenceResult.class).value().getWebhook()).contains("*");

    send(chat().setId("request-3").setWebhook("w".repeat(129)).build());
    InferenceResult result = next(TOPICS.results(), InferenceResult.class).value();
    assertThat(result.getError().orElseThrow().getParam()).contains("webhook");
    assertThat(result.getWebhook()).isEmpty();
  }

  @Test
  void aReplyKeyThatIsNoNameIsRefusedAndAnsweredByTheId() {
    send(chat().setReplyKey("k".repeat(129)).build());

    InferenceResult result = next(TOPICS.results(), InferenceResult.class).value();
    assertThat(result.getError().orElseThrow().getParam()).contains("replyKey");
    assertThat(result.getReplyKey()).isEmpty();
    assertThat(next(TOPICS.lifecycle(), RequestStatus.class).value().getReplyKey()).isEmpty();
  }

  @Test
  void replyKeyAndTheWishForAStreamTravelToDispatch() {
    send(chat().setReplyKey("one").setStream(true).build());

    ScoredRequest scored = next(WORK, ScoredRequest.class).value();
    assertThat(scored.getReplyKey()).contains("one");
    assertThat(scored.getStream()).isTrue();
  }

  @Test
  void aRecordThatEndsAThreadAgainWhenItIsSetAsideIsRefusedByItsKeyAlone() {
    memory.share(ServiceClass.BATCH, partition -> memoryThatOverflowsFor("acme"));
    outliveThreads(CrashLoop.DEATHS + 1);

    send(chat().setTenant("acme").build());

    TestRecord<String, InferenceResult> refused = next(TOPICS.results(), InferenceResult.class);
    assertThat(refused.key()).isEqualTo("request-1");
    assertThat(refused.value().getTenant()).isEqualTo("unknown");
    assertThat(next(TOPICS.deadLetters(), DeadLetter.class).value().getTenant()).isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static ReadOnlyWindowStore<String, FirstDecision> memoryThatOverflowsFor(String tenant) {
    return (ReadOnlyWindowStore<String, FirstDecision>)
        Proxy.newProxyInstance(
            ScoreTopologyTest.class.getClassLoader(),
            new Class<?>[] {ReadOnlyWindowStore.class},
            (proxy, method, arguments) -> {
              if (RequestKey.tenant((String) arguments[0]).equals(tenant)) {
                throw new StackOverflowError();
              }
              throw new InvalidStateStoreException("nothing here");
            });
  }

  private void outliveThreads(int threads) {
    for (int thread = 1; thread <= threads; thread++) {
      assertThatThrownBy(() -> send(chat().setTenant("acme").build()))
          .isInstanceOf(StackOverflowError.class);
      driver.close();
      open();
    }
  }

  private List<InferenceResult> results() {
    return read(TOPICS.results(), InferenceResult.class).stream().map(TestRecord::value).toList();
  }

  private ScoreParts parts(ServiceClass serviceClass) {
    Deserializer<InferenceRequest> real = serdes.deserializer(InferenceRequest.class);
    return new ScorePartsFixture(SETTINGS, metrics, serdes, () -> now)
        .parts(
            serviceClass,
            new RecordLimits(LIMIT, LIMIT),
            10 * LIMIT,
            (topic, bytes) -> {
              if (faults > 0) {
                faults--;
                throw new StackOverflowError();
              }
              if (registryOutages > 0) {
                registryOutages--;
                throw new RegistryUnavailableException("the registry is away", null);
              }
              return real.deserialize(topic, bytes);
            },
            memory);
  }

  private void send(InferenceRequest request) {
    requests.pipeInput(request.getId(), bytes(request), NOW);
  }

  private byte[] bytes(InferenceRequest request) {
    return serdes.serializer(InferenceRequest.class).serialize(REQUESTS, request);
  }

  private void apply(ModelSpec spec) {
    models()
        .pipeInput(
            spec.getName(), serdes.serializer(ModelSpec.class).serialize(TOPICS.models(), spec));
  }

  private TestInputTopic<String, byte[]> models() {
    return driver.createInputTopic(
        TOPICS.models(), new StringSerializer(), new ByteArraySerializer());
  }

  /** The failure of the next result. */
  private ResultError failure() {
    return next(TOPICS.results(), InferenceResult.class).value().getError().orElseThrow();
  }

  private <T extends SpecificRecord> TestRecord<String, T> next(String topic, Class<T> type) {
    return output(topic, type).readRecord();
  }

  private <T extends SpecificRecord> List<TestRecord<String, T>> read(String topic, Class<T> type) {
    return output(topic, type).readRecordsToList();
  }

  private <T extends SpecificRecord> TestOutputTopic<String, T> output(
      String topic, Class<T> type) {
    return driver.createOutputTopic(topic, new StringDeserializer(), serdes.deserializer(type));
  }

  private void assertNothing(String... topics) {
    for (String topic : topics) {
      assertThat(output(topic, ScoredRequest.class).isEmpty()).as(topic + " is empty").isTrue();
    }
  }

  private double counter(String name) {
    return metrics.get(name).counter().count();
  }
}
