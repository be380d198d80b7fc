// Sums a column of a remote Parquet file with Polars: node polars.mjs ADDRESS
import pl from 'nodejs-polars'

const sums = await pl.scanParquet(process.argv[2]).select(pl.col('workers').sum()).collect()
console.log(Number(sums.getColumn('workers').get(0)))
