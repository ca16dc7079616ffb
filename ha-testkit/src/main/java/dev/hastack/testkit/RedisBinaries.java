package dev.hastack.testkit;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Redis's one program, which is the server, a node of Redis Cluster and Sentinel alike. */
final class RedisBinaries {
    private static final String COORDINATES = "org.signal:embedded-redis";
    private static final String PROGRAM = "redis-server";
    private static final String[] AMD64 = {"amd64"};

    /** os.arch, and the processor in the resource's name. */
    private static final Map<String, String[]> PROCESSORS =
            Map.of("amd64", AMD64, "x86_64", AMD64, "aarch64", new String[] {"arm64"});

    private RedisBinaries() {}

    static Path program() {
        String processor = Bundle.forThisMachine("Redis", PROCESSORS)[0];
        return Bundle.find("Redis's programs", "redis-server-7.0.15-linux-" + processor, COORDINATES)
                .unpacked("redis-" + processor, (resource, folder) -> {
                    Path program = folder.resolve(PROGRAM);
                    try (InputStream content = resource.openStream()) {
                        Files.copy(content, program);
                    }
                    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
                })
                .resolve(PROGRAM);
    }
}
