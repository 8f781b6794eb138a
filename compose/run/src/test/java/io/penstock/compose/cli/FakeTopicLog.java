package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Topics of one partition in memory; following ends at the end. */
final class FakeTopicLog implements TopicLog {

  private final List<Entry> entries = new ArrayList<>();

  void add(String topic, Instant time, @Nullable String key, byte @Nullable [] value) {
    long offset = entries.stream().filter(e -> e.topic().equals(topic)).count();
    entries.add(new Entry(topic, 0, offset, time, key == null ? null : key.getBytes(UTF_8), value));
  }

  @Override
  public void read(String topic, Start start, Visitor visitor) {
    for (Entry entry : List.copyOf(entries)) {
      boolean wanted =
          switch (start) {
            case Start.Beginning() -> true;
            case Start.End() -> false;
            case Start.At(Instant time) -> !entry.timestamp().isBefore(time);
          };
      if (entry.topic().equals(topic) && wanted && !visitor.visit(entry)) {
        return;
      }
    }
  }

  @Override
  public void follow(String topic, Start start, Visitor visitor) {
    read(topic, start, visitor);
  }

  @Override
  public Optional<Entry> at(String topic, int partition, long offset) {
    return entries.stream()
        .filter(e -> e.topic().equals(topic) && e.partition() == partition && e.offset() == offset)
        .findFirst();
  }
}
