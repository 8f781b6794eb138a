package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListingTest {

  private record Tank(String name, Optional<Double> level, List<String> pipes, Instant filledAt) {}

  private static final Listing<Tank> LISTING =
      Listing.of(
          Column.of("TANK", "tank", Tank::name),
          Column.of("LEVEL", "level", tank -> tank.level().orElse(null), "%.1f"::formatted),
          Column.ifPresent("FULL", "full", ListingTest::full, full -> "yes"),
          Column.field("pipes", Tank::pipes),
          Column.shown("PIPES", tank -> tank.pipes().size()),
          Column.field("filledAt", Tank::filledAt));

  private static final Tank HALF =
      new Tank("a", Optional.of(0.55), List.of("p", "q"), Instant.EPOCH);
  private static final Tank UNKNOWN = new Tank("b", Optional.empty(), List.of(), Instant.EPOCH);
  private static final Tank FULL = new Tank("c", Optional.of(1.0), List.of(), Instant.EPOCH);

  private static Optional<Boolean> full(Tank tank) {
    return tank.level().filter(level -> level >= 1).map(_ -> true);
  }

  @Test
  void oneRowTypeMakesTheTableAndTheJson() {
    assertThat(printed(false, List.of(HALF, UNKNOWN, FULL)))
        .containsExactly(
            "TANK  LEVEL  FULL  PIPES",
            "a     0.6    -     2",
            "b     -      -     0",
            "c     1.0    yes   0");
    assertThat(printed(true, List.of(HALF, UNKNOWN, FULL)))
        .containsExactly(
            "{\"tank\":\"a\",\"level\":0.55,\"pipes\":[\"p\",\"q\"],\"filledAt\":\"1970-01-01T00:00:00Z\"}",
            "{\"tank\":\"b\",\"level\":null,\"pipes\":[],\"filledAt\":\"1970-01-01T00:00:00Z\"}",
            "{\"tank\":\"c\",\"level\":1.0,\"full\":true,\"pipes\":[],\"filledAt\":\"1970-01-01T00:00:00Z\"}");
  }

  @Test
  void aPersonIsToldThatThereIsNothingAndAScriptReadsNothing() {
    assertThat(printed(false, List.of())).containsExactly("no tank");
    assertThat(printed(true, List.of())).isEmpty();
  }

  @Test
  void fieldsOfColumnsComeBehindThoseOfTheRecord() {
    Listing<Tank> listing =
        Listing.ofRecords(
            tank -> RecordJson.MAPPER.createObjectNode().put("whole", tank.name()),
            Column.field("more", Tank::pipes));
    assertThat(listing.json(HALF)).hasToString("{\"whole\":\"a\",\"more\":[\"p\",\"q\"]}");
  }

  @Test
  void aColumnThatNobodySeesIsRefused() {
    assertThatThrownBy(() -> new Column<Tank>(null, null, Tank::name, each -> each, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a heading, a field or both");
  }

  private static List<String> printed(boolean json, List<Tank> rows) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    LISTING.print(new Console(stream, stream, false, false, false, 80), json, rows, "no tank");
    return out.toString(UTF_8).lines().toList();
  }
}
