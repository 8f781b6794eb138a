package io.penstock.streams.score.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class HomeTest {

  @Property(tries = 200)
  void isWhereKafkasJavaProducerPutsTheId(
      @ForAll @StringLength(min = 1, max = 128) String id,
      @ForAll @IntRange(min = 1, max = 1000) int partitions) {
    byte[] key = id.getBytes(StandardCharsets.UTF_8);
    int partition = Utils.toPositive(Utils.murmur2(key)) % partitions;

    assertThat(new Home(partitions).of(id)).isEqualTo(partition);
    assertThat(new Home(partitions).isHome(id, key, partition)).isTrue();
    assertThat(new Home(partitions).isHome(id, key, partition + 1)).isFalse();
  }

  @Test
  void isNowhereWithoutItsKey() {
    Home home = new Home(1);

    assertThat(home.isHome("id", null, 0)).isFalse();
    assertThat(home.isHome("id", new byte[0], 0)).isFalse();
    assertThat(home.isHome("id", "other".getBytes(StandardCharsets.UTF_8), 0)).isFalse();
  }
}
