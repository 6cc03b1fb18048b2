// Seconds of all-reduces of floats by ranks of a C program, best and median: what bench/cluster.ts compares with.

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int less(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }
int main(int argc, char **argv) {
  int rank;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (int i = 1; i + 1 < argc; i += 2) {
    long count = atol(argv[i]) / 4;
    int rounds = atoi(argv[i + 1]);
    float *x = malloc(count * sizeof(float));
    double *times = malloc(rounds * sizeof(double));
    for (long j = 0; j < count; j++) x[j] = 0;
    MPI_Allreduce(MPI_IN_PLACE, x, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    for (int round = 0; round < rounds; round++) {
      double begin = MPI_Wtime();
      MPI_Allreduce(MPI_IN_PLACE, x, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      times[round] = MPI_Wtime() - begin;
    }
    qsort(times, rounds, sizeof(double), less);
    if (rank == 0) printf("%s %.9f %.9f\n", argv[i], times[0], times[rounds / 2]);
    free(x);
    free(times);
  }
  MPI_Finalize();
}
