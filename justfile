# The steps are defined in .ci/run, which needs nothing but bash; these are short names for them.

# Show the recipes
default:
    @just --list

# Everything that must hold before a change is taken in
all:
    .ci/run

# Format the source
fmt:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml

# Check the format without changing anything
fmt-check:
    .ci/run fmt

# No warning anywhere
lint:
    .ci/run lint

# Build the documentation; every link must lead somewhere
docs:
    .ci/run docs

# Run the tests, with the README's own command
test:
    .ci/run test

# Check that the fuzz targets compile
fuzz:
    .ci/run fuzz

# Licences, bans and origins of dependencies
deny:
    .ci/run deny

# The README's start command and first pivot
pivot:
    .ci/run build pivot

# An independent checker's opinion of every transform
conformance:
    .ci/run build conformance

# Measure
bench:
    cargo bench --workspace
