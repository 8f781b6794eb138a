package io.penstock.compose.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {

  @TempDir Path folder;

  @Test
  void readsCsvByArrivalFromZero() throws IOException {
    Path file =
        file(
            "a.csv",
            """
            timestamp_ms,input_tokens,output_tokens,tenant,type,prefix_hit_tokens
            700,10,2,t2,code,3
            500,20,0,t1,conv,0
            """);
    assertThat(TraceFile.read(file))
        .containsExactly(
            new TraceRow(0, 20, 1, "t1", "conv"), new TraceRow(200, 10, 2, "t2", "code"));
  }

  @Test
  void readsMooncakesJsonLines() throws IOException {
    Path file =
        file(
            "a.jsonl",
            """
            {"timestamp": 5, "input_length": 40160, "output_length": 6, "hash_ids": [0, 1]}

            {"timestamp": 45, "input_length": 10, "output_length": 3, "hash_ids": [0]}
            """);
    assertThat(TraceFile.read(file))
        .containsExactly(
            new TraceRow(0, 40160, 6, "default", "default"),
            new TraceRow(40, 10, 3, "default", "default"));
  }

  @Test
  void aWrongLineIsNamed() throws IOException {
    Path csv = file("a.csv", "timestamp_ms,input_tokens,output_tokens\n1,2,3\n1,x,3\n");
    assertThatThrownBy(() -> TraceFile.read(csv)).hasMessageContainingAll("a.csv", "line 3", "x");
    Path json = file("a.jsonl", "{\"timestamp\": 5, \"output_length\": 6}\n");
    assertThatThrownBy(() -> TraceFile.read(json))
        .hasMessageContainingAll("a.jsonl", "line 1", "input_length");
    Path negative = file("b.csv", "timestamp_ms,input_tokens,output_tokens\n1,0,3\n");
    assertThatThrownBy(() -> TraceFile.read(negative)).hasMessageContaining("input tokens are 0");
  }

  @Test
  void anEmptyOrUnknownFileIsRefused() throws IOException {
    Path empty = file("a.csv", "timestamp_ms,input_tokens,output_tokens\n");
    assertThatThrownBy(() -> TraceFile.read(empty)).hasMessageContaining("no request");
    Path unknown = file("a.txt", "");
    assertThatThrownBy(() -> TraceFile.read(unknown)).hasMessageContaining(".jsonl");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
