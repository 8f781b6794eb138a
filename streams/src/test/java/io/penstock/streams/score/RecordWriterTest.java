package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.RegistryPatience;
import java.time.Duration;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.constraints.WithNull;

class RecordWriterTest {

  @Property(tries = 100)
  void resultAndStateOfARequestGoToItsHome(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String id,
      @ForAll @WithNull(0.3) @AlphaChars @StringLength(min = 1, max = 20) String replyKey,
      @ForAll @IntRange(min = 1, max = 50) int partitions) {
    TopicSettings settings =
        new TopicSettings(
            TopicNames.DEFAULT,
            4,
            partitions,
            (short) 1,
            Duration.ofDays(1),
            Duration.ofDays(1),
            1024);
    RegistryPatience patience =
        new RegistryPatience(Duration.ofSeconds(1), length -> {}, () -> false, () -> {});
    RecordWriter writer =
        new RecordWriter(
            settings,
            new RecordLimits(1024, 1024),
            patience,
            new AvroSerdes("mock://record-writer"));
    Optional<Integer> home =
        Optional.of(HomePartitions.of(Optional.ofNullable(replyKey), id, partitions));

    InferenceResult result =
        InferenceResult.newBuilder()
            .setId(id)
            .setTenant("t")
            .setEndpoint("e")
            .setStatus(TerminalStatus.FAILED)
            .setStatusCode(400)
            .setServiceClass(ServiceClass.STANDARD)
            .setRequestedModel("m")
            .setAttempts(0)
            .setAcceptedAt(NOW)
            .setFinishedAt(NOW)
            .setReplyKey(replyKey)
            .build();
    RequestStatus status =
        RequestStatus.newBuilder()
            .setId(id)
            .setState(RequestState.FAILED)
            .setTenant("t")
            .setServiceClass(ServiceClass.STANDARD)
            .setModel("m")
            .setReplyKey(replyKey)
            .setChangedAt(NOW)
            .build();

    assertThat(writer.result(result).partition()).isEqualTo(home);
    assertThat(writer.state(status).partition()).isEqualTo(home);
    assertThat(writer.forgotten(Optional.ofNullable(replyKey), id).partition()).isEqualTo(home);
  }
}
