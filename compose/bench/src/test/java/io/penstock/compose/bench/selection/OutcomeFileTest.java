package io.penstock.compose.bench.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.streams.score.complexity.training.LabelledPrompt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeFileTest {

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("o.csv"), text);
  }

  @Test
  void columnsAreFoundByNameAndTextsMayHaveLineBreaks() throws IOException {
    Path file =
        file(
            "id,strong_correct,prompt,weak_correct\n"
                + "1,1.0,\"two\n"
                + "lines, \"\"quoted\"\"\",0.0\n"
                + "2,,b,1\n");

    assertThat(OutcomeFile.read(file))
        .containsExactly(
            new LabelledPrompt("o.csv", "two\nlines, \"quoted\"", 0.0, 1.0),
            new LabelledPrompt("o.csv", "b", 1.0, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "prompt,weak_correct | line 1: there is no column strong_correct",
        "prompt,weak_correct,strong_correct | has no rows",
        "prompt,weak_correct,strong_correct;a,1,1;b,yes,1 | line 3: weak_correct is 'yes'; give",
        "prompt,weak_correct,strong_correct;a,1,2 | line 2: strong_correct is 2.0; it must be",
        "prompt,weak_correct,strong_correct;a,b,1,1 | line 2: it has 4 fields, the first line has"
            + " 3",
        "prompt,weak_correct,strong_correct;\"a;b\",1,1;c,, | line 4: weak_correct and"
            + " strong_correct are",
        "prompt,weak_correct,strong_correct; ,1,1 | line 2: prompt is blank; leave the row out",
        "prompt,weak_correct,strong_correct;\"a,1,1 | no proper CSV"
      })
  void aWrongFileSaysWhereAndWhatToDo(String text, String says) throws IOException {
    Path file = file(text.replace(';', '\n'));

    assertThatThrownBy(() -> OutcomeFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("o.csv")
        .hasMessageContaining(says);
  }

  @Test
  void whatIsNoTextInUtf8IsRefused() throws IOException {
    Path file =
        Files.write(
            folder.resolve("l.csv"),
            "prompt,weak_correct,strong_correct\ncaf\u00e9,1,1\n"
                .getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> OutcomeFile.read(file)).hasMessageContaining("not in UTF-8");
    assertThatThrownBy(() -> OutcomeFile.read(folder.resolve("none.csv")))
        .hasMessageContaining("is no file");
  }
}
